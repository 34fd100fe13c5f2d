package io.fdflux.posix;

/**
 * Who is at the other end of a connected Unix-domain stream socket, as the kernel noted it when the connection was made
 * (of a server: when it began to listen). The peer can't choose it.
 *
 * @param pid the process; -1 where the system does not tell (FreeBSD before 13, DragonFly)
 * @param uid its effective user, unsigned in an int
 * @param gid its effective group, unsigned in an int
 */
public record PeerCredentials(int pid, int uid, int gid) {

    /** Stands for a process that is not told. */
    public static final int UNKNOWN = -1;
}
