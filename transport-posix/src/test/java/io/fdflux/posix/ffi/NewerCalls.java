package io.fdflux.posix.ffi;

/** Lets tests of other packages refuse newer calls. */
public final class NewerCalls {

    private NewerCalls() {}

    /** Sets whether a newer call is refused. Returns the previous value. */
    public static boolean refuse(NewerCall call, boolean value) {
        return call.refuse(value);
    }
}
