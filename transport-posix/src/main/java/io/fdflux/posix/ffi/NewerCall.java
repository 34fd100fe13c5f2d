package io.fdflux.posix.ffi;

/**
 * Decides whether to make a newer system call or the older one that can replace it. A kernel older than its C library
 * answers a newer call with ENOSYS, and so do some sandboxes. Other sandboxes answer EPERM, such as seccomp profiles
 * that do not list the call.
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
 * Thread-safe: threads that race find the same result.
 */
public final class NewerCall {

    // Not from Errno, because this package must not import the one above it.
    private static final int ENOSYS = Constants.value("ENOSYS");
    private static final int EPERM = Constants.value("EPERM");

    private volatile boolean refused;
    /** Not volatile, because a thread that sees an old value only makes the older call once more. */
    private boolean works;

    private NewerCall(boolean exists) {
        refused = !exists;
    }

    /**
     * A call by way of a function that the C library may lack.
     *
     * @param function its C name
     * @return the call, refused if the function is missing
     */
    public static NewerCall of(String function) {
        return of(NativeFunctions.has(function));
    }

    /**
     * A call that this platform may lack.
     *
     * @param exists whether the platform has it
     * @return the call, refused if not
     */
    public static NewerCall of(boolean exists) {
        return new NewerCall(exists);
    }

    /** {@return whether to make the newer call first} */
    public boolean isTried() {
        return !refused;
    }

    /**
     * Records the result of the newer call.
     *
     * @param result not negative, or {@code -errno}
     * @return whether to make the older call and pass its result to {@link #stoodIn}
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
     * Records the result of the older call, after a refusal.
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

    /** For tests: sets whether the newer call is refused. Returns the previous value. */
    boolean refuse(boolean value) {
        boolean before = refused;
        refused = value;
        return before;
    }
}
