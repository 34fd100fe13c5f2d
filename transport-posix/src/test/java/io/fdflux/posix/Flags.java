package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;

/** Reads a descriptor's flags with fcntl(2). */
public final class Flags {

    private Flags() {}

    public static boolean closedOnExec(int number) {
        return (RawDescriptors.fcntl(number, Constants.value("F_GETFD"), 0) & Constants.value("FD_CLOEXEC")) != 0;
    }

    public static boolean nonBlocking(int number) {
        return (RawDescriptors.fcntl(number, Constants.value("F_GETFL"), 0) & Constants.value("O_NONBLOCK")) != 0;
    }
}
