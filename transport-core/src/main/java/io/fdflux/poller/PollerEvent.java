package io.fdflux.poller;

import io.fdflux.spi.Readiness;
import io.fdflux.spi.ReadinessSink;
import java.util.StringJoiner;

/** One event of a poller, for the {@link PollerSelfTest}. */
record PollerEvent(long token, int readiness, long available, int errno) {

    /** Bits that must not be set unless expected. */
    private static final int NEWS = Readiness.HANGUP | Readiness.ERROR;

    /** Whether this event satisfies the expected one; a poller need not count bytes, and may add a direction. */
    boolean meets(PollerEvent expected) {
        return token == expected.token
                && (readiness & expected.readiness) == expected.readiness
                && (readiness & NEWS) == (expected.readiness & NEWS)
                && (available == ReadinessSink.UNKNOWN || available == expected.available)
                && errno == expected.errno;
    }

    @Override
    public String toString() {
        StringJoiner bits = new StringJoiner("|").setEmptyValue("no readiness");
        name(bits, Readiness.READABLE, "READABLE");
        name(bits, Readiness.WRITABLE, "WRITABLE");
        name(bits, Readiness.HANGUP, "HANGUP");
        name(bits, Readiness.ERROR, "ERROR");
        name(bits, Readiness.URGENT, "URGENT");
        return bits + (available == ReadinessSink.UNKNOWN ? "" : " with " + available + " bytes")
                + (errno == 0 ? "" : " and errno " + errno) + " for token 0x" + Long.toHexString(token);
    }

    private void name(StringJoiner names, int bit, String name) {
        if ((readiness & bit) != 0) {
            names.add(name);
        }
    }
}
