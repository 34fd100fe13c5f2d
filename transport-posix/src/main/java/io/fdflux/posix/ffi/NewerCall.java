package io.fdflux.posix.ffi;

/**
 * A system call that an older one can stand in for, and whether this system lets it pass: a kernel older than its C
 * library answers ENOSYS, and so do some sandboxes; others answer EPERM, as seccomp profiles do for calls they do
 * not know.
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
public final class NewerCall {

    // Of the table, because Errno stands above this package.
    private static final int ENOSYS = Constants.value("ENOSYS");
    private static final int EPERM = Constants.value("EPERM");

    private volatile boolean refused;
    /** Not volatile: a thread that misses it makes the older call once more. */
    private boolean works;

    private NewerCall(boolean exists) {
        refused = !exists;
    }

    /**
     * A function that the C library may lack.
     *
     * @param function its C name
     * @return the call, refused where the function is missing
     */
    public static NewerCall of(String function) {
        return of(NativeFunctions.has(function));
    }

    /**
     * A call that this platform may lack.
     *
     * @param exists whether it has it
     * @return the call, refused where it has not
     */
    public static NewerCall of(boolean exists) {
        return new NewerCall(exists);
    }

    /** {@return whether to make the newer call; else make the older one} */
    public boolean isTried() {
        return !refused;
    }

    /**
     * Takes what the newer call answered.
     *
     * @param result not negative, or {@code -errno}
     * @return whether to make the older call, and to tell its result to {@link #stoodIn}
     */
    public boolean isRefusal(long result) {
        if (result == -ENOSYS) {
            refused = true;
            return true;
        }
        if (result == -EPERM) {
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
    public int stoodIn(int result) {
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
