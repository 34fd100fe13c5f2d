package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.io.Io;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** When a flush is written: at the end of the turn, or immediately where its promise may decide about the next read. */
@OnEveryPoller
class FlushTest {

    private static final int MESSAGES = 10;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Answers each byte with a flush of its own, and records whether the flush wrote immediately. */
    private static final class AnswerEach extends ChannelInboundHandlerAdapter {
        final List<Boolean> written = new CopyOnWriteArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf request = (ByteBuf) message;
            while (request.isReadable()) {
                written.add(context.writeAndFlush(request.readRetainedSlice(1)).isDone());
            }
            request.release();
        }
    }

    private FdSocketChannel connect(ServerSocket listener, boolean autoRead, io.netty.channel.ChannelHandler handler) {
        return (FdSocketChannel) loops.client(handler)
                .option(io.netty.channel.ChannelOption.AUTO_READ, autoRead)
                .connect(listener.getLocalSocketAddress())
                .syncUninterruptibly()
                .channel();
    }

    private static void awaitReadable(FdSocketChannel channel, int bytes) {
        await().until(() -> channel.eventLoop()
                        .submit(() -> Io.available(Inside.number(channel)))
                        .get()
                >= bytes);
    }

    private static void awaitAll(List<Boolean> written, boolean expected) {
        await().until(() -> written.size() == MESSAGES);
        assertThat(written).containsOnly(expected);
    }

    @Test
    void theAnswersOfOneReadGoOutTogether() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            AnswerEach answers = new AnswerEach();
            FdSocketChannel channel = connect(listener, true, answers);
            try (Peer peer = Peer.accept(listener)) {
                loops.turn();
                Deltas deltas = new Deltas(loops);
                peer.send(new byte[MESSAGES]).read(MESSAGES);
                awaitAll(answers.written, false);
                assertThat(deltas.of(Counter.WRITE_CALLS)).isOne();
            }
            channel.closeFuture().sync();
        }
    }

    @Test
    void whoPullsSeesItsAnswerWrittenBeforeTheNextMessageOfTheSameRead() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            AnswerEach answers = new AnswerEach();
            FdSocketChannel channel = connect(listener, false, answers);
            try (Peer peer = Peer.accept(listener)) {
                peer.send(new byte[MESSAGES]);
                awaitReadable(channel, MESSAGES);
                channel.read();
                peer.read(MESSAGES);
                awaitAll(answers.written, true);
            }
            channel.closeFuture().sync();
        }
    }

    @Test
    void whoPullsOnceGoesOnBeingServedSo() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            AnswerEach answers = new AnswerEach();
            FdSocketChannel channel = connect(listener, false, answers);
            channel.config().setAutoRead(true);
            try (Peer peer = Peer.accept(listener)) {
                peer.send(new byte[MESSAGES]).read(MESSAGES);
                awaitAll(answers.written, true);
            }
            channel.closeFuture().sync();
        }
    }

    @Test
    void whoPullsReadsAfterWhatWasFlushedBefore() throws Exception {
        CompletableFuture<Boolean> writtenWhenRead = new CompletableFuture<>();
        CompletableFuture<ChannelFuture> flushed = new CompletableFuture<>();
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = connect(listener, false, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ((ByteBuf) message).release();
                    writtenWhenRead.complete(flushed.join().isDone());
                }
            });
            try (Peer peer = Peer.accept(listener)) {
                peer.send(new byte[1]);
                awaitReadable(channel, 1);
                channel.eventLoop().execute(() -> {
                    flushed.complete(channel.writeAndFlush(Unpooled.copyLong(1)));
                    channel.read(); // ready: attempted before the turn's writes
                });
                assertThat(writtenWhenRead.get()).isTrue();
            }
            channel.close().sync();
        }
    }
}
