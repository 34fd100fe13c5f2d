package io.fdflux.benchmarks.program.load;

import io.netty.buffer.ByteBuf;

/** What a connection sends, and the answer that it waits for. One thread, the load's loop. */
interface Exchange {

    /** {@return what is sent for an answer; the receiver owns each} */
    Iterable<ByteBuf> request();

    /** {@return the length of each answer} */
    int answerBytes();

    /**
     * Checks an answer.
     *
     * @param answer whole
     * @return how many operations it stands for; negative if it is wrong
     */
    long operations(ByteBuf answer);
}
