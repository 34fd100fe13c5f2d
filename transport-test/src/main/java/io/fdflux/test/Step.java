package io.fdflux.test;

/** What comes next in one direction of a scripted descriptor. */
sealed interface Step {

    /** These bytes are there. One read takes of one step only: what comes after has not arrived yet. */
    record Data(byte[] bytes) implements Step {
        @Override
        public String toString() {
            return "data of " + bytes.length + " bytes";
        }
    }

    /** A write takes this many bytes at most. */
    record Room(int bytes) implements Step {
        @Override
        public String toString() {
            return "room for " + bytes + " bytes";
        }
    }

    /** Nothing is there until somebody has noticed and has the kernel watch. */
    record WouldBlock() implements Step {
        @Override
        public String toString() {
            return "would block";
        }
    }

    /** Nothing is there until the test says so. */
    record Pause() implements Step {
        @Override
        public String toString() {
            return "pause";
        }
    }

    /** The kernel reports readiness once, and nothing is there. */
    record Spurious() implements Step {
        @Override
        public String toString() {
            return "spurious event";
        }
    }

    /** Every read answers the end. */
    record Eof() implements Step {
        @Override
        public String toString() {
            return "end of file";
        }
    }

    /** One attempt fails. */
    record Failure(int errno) implements Step {
        @Override
        public String toString() {
            return "errno " + errno;
        }
    }
}
