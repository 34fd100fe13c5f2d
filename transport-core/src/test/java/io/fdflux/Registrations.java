package io.fdflux;

/** Registrations of nothing, for tests of what keeps them. */
final class Registrations {

    private record Handle(int fd) implements LoopHandle {
        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        public void attemptRead() {
            throw new AssertionError("not in this test");
        }

        @Override
        public void attemptWrite() {
            throw new AssertionError("not in this test");
        }

        @Override
        public void hangup() {
            throw new AssertionError("not in this test");
        }

        @Override
        public void refused(int errno) {
            throw new AssertionError("not in this test");
        }

        @Override
        public void close() {
            throw new AssertionError("not in this test");
        }
    }

    private Registrations() {}

    static Registration of(int fd) {
        return new Registration(null, new Handle(fd));
    }
}
