package io.fdflux.test;

/** A step of one direction of a scripted descriptor. */
sealed interface Step {

    /** Readable bytes. One read returns bytes of one step only, because later ones have not arrived yet. */
    record Data(byte[] bytes) implements Step {
        @Override
        public String toString() {
            return "data of " + bytes.length + " bytes";
        }
    }

    /** Writes accept at most this many bytes. */
    record Room(int bytes) implements Step {
        @Override
        public String toString() {
            return "room for " + bytes + " bytes";
        }
    }

    /** Blocks until the code under test has noticed it and has armed the direction. */
    record WouldBlock() implements Step {
        @Override
        public String toString() {
            return "would block";
        }
    }

    /** Blocks until the test ends it. */
    record Pause() implements Step {
        @Override
        public String toString() {
            return "pause";
        }
    }

    /** Reports one event, although the call would block. */
    record Spurious() implements Step {
        @Override
        public String toString() {
            return "spurious event";
        }
    }

    /** Every read returns the end. */
    record Eof() implements Step {
        @Override
        public String toString() {
            return "end of file";
        }
    }

    /** One call fails. */
    record Failure(int errno) implements Step {
        @Override
        public String toString() {
            return "errno " + errno;
        }
    }

    /** A connection to accept, with its own script. */
    record Connection(ScriptedKernel.Script script) implements Step {
        @Override
        public String toString() {
            return "connection";
        }
    }
}
