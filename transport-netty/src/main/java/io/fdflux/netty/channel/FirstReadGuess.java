package io.fdflux.netty.channel;

/**
 * Whether the first read of a connection is worth trying before the kernel was asked: where the server is the
 * bottleneck the request is there when the connection is accepted, elsewhere the read would answer EAGAIN and cost a
 * call. Learnt from each listener's own connections, with a trial now and then. Children on other loops report here
 * too: a lost update costs at most a wrong guess, so nothing is synchronised.
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
