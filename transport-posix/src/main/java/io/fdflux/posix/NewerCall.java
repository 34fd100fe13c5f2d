package io.fdflux.posix;

/**
 * A system call that an older one can stand in for, and whether this system lets it pass: a kernel older than its C library
 * answers ENOSYS, and so do some sandboxes; others answer EPERM, as seccomp profiles do for calls they do not know.
 *
 * <pre>
 * so far   | answer                   | what happens
 * ---------+--------------------------+------------------------------------------------------------
 * untried  | ENOSYS                   | refused from now on; the older call is made
 * untried  | EPERM                    | the older call is made; if it succeeds, refused from now on
 * untried  | anything else            | works
 * works    | ENOSYS                   | refused from now on; the older call is made
 * works    | EPERM                    | passed on, because EPERM may be meant: accept(2) and sendto(2)
 *          |                          | answer it where a firewall's rule forbids the connection
 * refused  |                          | only the older call is made
 * </pre>
 *
 * Any thread: threads that find out at the same time find the same.
 */
final class NewerCall {

    private volatile boolean refused;
    /** Not volatile: a thread that misses it makes the older call once more. */
    private boolean works;

    private NewerCall(boolean exists) {
        refused = !exists;
    }

    /** A function that the C library may lack. */
    static NewerCall of(String function) {
        return of(NativeFunctions.has(function));
    }

    static NewerCall of(boolean exists) {
        return new NewerCall(exists);
    }

    /** {@return whether to make the newer call; else make the older one} */
    boolean isTried() {
        return !refused;
    }

    /**
     * Takes what the newer call answered.
     *
     * @param result not negative, or {@code -errno}
     * @return whether to make the older call, and to tell its result to {@link #stoodIn}
     */
    boolean isRefusal(long result) {
        if (result == -Errno.ENOSYS) {
            refused = true;
            return true;
        }
        if (result == -Errno.EPERM) {
            return !works;
        }
        if (!works) {
            works = true;
        }
        return false;
    }

    /**
     * Takes what the older call answered after a refusal.
     *
     * @param result not negative, or {@code -errno}
     * @return the same
     */
    int stoodIn(int result) {
        if (result >= 0) {
            refused = true;
        }
        return result;
    }

    /** For tests: has the newer call refused, or tried again. Returns whether it was refused. */
    boolean refuse(boolean value) {
        boolean before = refused;
        refused = value;
        return before;
    }
}
