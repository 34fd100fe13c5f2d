package io.fdflux.posix;

/**
 * Identifies the process at the other end of a connected Unix-domain stream socket. The kernel records a client's
 * credentials in connect(2), and a server's in listen(2): SO_PEERCRED in unix(7). A peer cannot choose them.
 *
 * @param pid the process; -1 if the system does not report it (FreeBSD before 13, DragonFly)
 * @param uid its effective user, unsigned in an int
 * @param gid its effective group, unsigned in an int
 */
public record PeerCredentials(int pid, int uid, int gid) {

    /** The {@link #pid()} of a process that the system does not report. */
    public static final int UNKNOWN = -1;
}
