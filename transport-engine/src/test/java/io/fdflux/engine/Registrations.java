package io.fdflux.engine;

/** Registrations without a descriptor, for tests of the collections that hold them. */
final class Registrations {

    private record Unused(int fd) implements Handle {
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
        public void onHangup() {
            throw new AssertionError("not in this test");
        }

        @Override
        public void onWatchRefused(int errno) {
            throw new AssertionError("not in this test");
        }

        @Override
        public void close() {
            throw new AssertionError("not in this test");
        }
    }

    private Registrations() {}

    static Registration of(int fd) {
        return new Registration(null, new Unused(fd));
    }
}
