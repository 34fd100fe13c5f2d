package io.fdflux.posix;

/** What fcntl(2) tells of a descriptor. */
final class Flags {

    private Flags() {}

    static boolean closedOnExec(int number) {
        return (Descriptor.fcntl(number, Constants.value("F_GETFD"), 0) & Constants.value("FD_CLOEXEC")) != 0;
    }

    static boolean nonBlocking(int number) {
        return (Descriptor.fcntl(number, Constants.value("F_GETFL"), 0) & Constants.value("O_NONBLOCK")) != 0;
    }
}
