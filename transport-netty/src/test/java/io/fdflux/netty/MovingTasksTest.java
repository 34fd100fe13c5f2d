package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.EventLoop;
import io.netty.channel.MessageSizeEstimator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks that are still queued on the old loop of a channel continue on the new loop. */
@OnEveryPoller
class MovingTasksTest {

    @RegisterExtension
    final Loops loops = new Loops(2);

    private final List<Thread> writers = new CopyOnWriteArrayList<>();
    private final CountDownLatch registeredAgain = new CountDownLatch(2);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Recorder server = new Recorder() {
        @Override
        public void channelRegistered(ChannelHandlerContext context) throws Exception {
            registeredAgain.countDown();
            super.channelRegistered(context);
        }
    };
    private Channel listener;

    /** Records the threads of each write. Netty asks the estimator once in the caller and once in the write. */
    private final class Watching implements MessageSizeEstimator {
        @Override
        public Handle newHandle() {
            return message -> {
                writers.add(Thread.currentThread());
                return DefaultMessageSizeEstimator.DEFAULT.newHandle().size(message);
            };
        }
    }

    @BeforeEach
    void listen() throws InterruptedException {
        listener = loops.server(() -> server)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.MESSAGE_SIZE_ESTIMATOR, new Watching())
                .bind(Loops.anyPort())
                .sync()
                .channel();
    }

    @AfterEach
    void letGo() {
        goOn.countDown();
    }

    private void hold(EventLoop loop) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        loop.execute(() -> {
            held.countDown();
            try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        held.await();
    }

    private static Thread threadOf(EventLoop loop) throws Exception {
        return loop.submit(Thread::currentThread).get();
    }

    @Test
    void readsAndWritesGoWithTheChannel() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            EventLoop from = channel.eventLoop();
            EventLoop to = new Mover(loops).other(channel);
            channel.deregister().sync();
            hold(from); // later tasks queue behind this one
            ChannelFuture registered = to.register(channel);
            ChannelFuture written = channel.writeAndFlush(Digest.direct(new byte[5]));
            channel.read();
            goOn.countDown();
            registered.sync();
            written.sync();
            assertThat(writers.getLast()).isSameAs(threadOf(to));
            assertThat(peer.read(5)).hasSize(5);
            peer.send("x");
            await().until(() -> server.digest.length() == 1);
            assertThat(server.failures).isEmpty();
        }
    }

    @Test
    void aCloseGoesWithTheChannel() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            EventLoop to = new Mover(loops).other(channel);
            channel.deregister().sync();
            hold(channel.eventLoop()); // later tasks queue behind this one
            ChannelFuture registered = to.register(channel);
            ChannelFuture closed = channel.close();
            goOn.countDown();
            registered.sync();
            closed.sync();
            assertThat(peer.readToEnd()).isEmpty();
            assertThat(server.inactive.await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The old loop finishes its work on the channel before the new one begins. */
    @Test
    void oneLoopAtATimeHasTheChannel() throws Exception {
        try (Peer peer = Peer.connect(listener)) {
            FdSocketChannel channel = server.channel();
            EventLoop from = channel.eventLoop();
            EventLoop to = new Mover(loops).other(channel);
            channel.deregister().sync();
            hold(from);
            ChannelFuture registered = to.register(channel);
            to.submit(() -> {}).sync();
            assertThat(registeredAgain.getCount())
                    .as("not while the other loop is blocked")
                    .isEqualTo(1);
            goOn.countDown();
            registered.sync();
            channel.writeAndFlush(Digest.direct(new byte[5])).sync();
            assertThat(peer.read(5)).hasSize(5);
            assertThat(writers).contains(threadOf(to)).doesNotContain(threadOf(from));
        }
    }
}
