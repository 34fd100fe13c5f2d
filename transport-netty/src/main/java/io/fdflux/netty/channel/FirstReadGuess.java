package io.fdflux.netty.channel;

/**
 * Guesses whether the first read of an accepted connection is worth trying before readiness is known. Where the server
 * is the bottleneck, the request has already arrived at accept. Elsewhere the read would block and cost a call. Each
 * listener learns from its own connections and retries now and then. Children on other loops report here too. A lost
 * update costs at most one wrong guess, so nothing is synchronised.
 */
public final class FirstReadGuess {

    private static final int CERTAIN = 8;
    private static final int TRIAL_EACH = 16;

    private int score = CERTAIN;
    private int untried;

    boolean worthTrying() {
        if (score > 0) {
            return true;
        }
        if (++untried >= TRIAL_EACH) {
            untried = 0;
            return true;
        }
        return false;
    }

    void tried(boolean hit) {
        score = hit ? CERTAIN : Math.max(0, score - 1);
    }
}
