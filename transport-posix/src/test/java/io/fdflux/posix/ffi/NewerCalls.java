package io.fdflux.posix.ffi;

/** Newer calls that refuse, for tests of other packages. */
public final class NewerCalls {

    private NewerCalls() {}

    /** Has a newer call refused, or tried again. Returns whether it was refused. */
    public static boolean refuse(NewerCall call, boolean value) {
        return call.refuse(value);
    }
}
