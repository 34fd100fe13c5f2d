package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.datagram.Mailbox;
import io.fdflux.posix.socket.Sockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 7: a reused descriptor number receives nothing that was meant for its predecessor. */
@OnEveryPoller
class DescriptorReuseTest {

    private static final int ROUNDS = 100;

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final AtomicReference<Channel> first = new AtomicReference<>();
    private final AtomicReference<Channel> second = new AtomicReference<>();
    private final AtomicInteger notified = new AtomicInteger();

    /**
     * The peers of two idle channels close within one wait. The first notified channel closes the other one and opens a
     * third in its place. The event of the closed one sets bits of its own registration only, which is invalid by then.
     */
    @Test
    void aLateEventMissesTheNumbersNextOwner() throws Exception {
        Channel listener = loops.server(Recorder::new)
                .childOption(ChannelOption.AUTO_READ, false)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        for (int round = 0; round < ROUNDS; round++) {
            Recorder successor = new Recorder();
            Going one = new Going(second, listener, successor);
            Going other = new Going(first, listener, successor);
            try (var there = Loops.plainListener()) {
                first.set(connect(one, there));
                Peer peerOfOne = Peer.accept(there);
                second.set(connect(other, there));
                Peer peerOfOther = Peer.accept(there);
                loops.turn();
                try (var _ = HeldLoop.hold(loops.next())) {
                    peerOfOne.close();
                    peerOfOther.close();
                }
                FdSocketChannel third = successor.active.get(30, TimeUnit.SECONDS);
                loops.turn();
                assertThat(third.isActive()).isTrue();
                assertThat(successor.inactive.getCount()).isEqualTo(1);
                assertThat(successor.reads).hasValue(0);
                third.close().sync();
            }
            await().until(() -> one.inactive.getCount() + other.inactive.getCount() == 0);
        }
        assertThat(notified).as("only the first of two in one wait is notified").hasValue(ROUNDS);
        listener.close().sync();
    }

    /** After Netty's KqueueRegistrationTest: reuses the number of a refused socket in the turn of the failure. */
    @Test
    void aRefusedConnectsNumberConnectsAgain() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket socket = Loops.plainListener()) {
            nobody = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture<Boolean> sameNumber = new CompletableFuture<>();
            CompletableFuture<Throwable> second = new CompletableFuture<>();
            ChannelFuture first = loops.client(new Recorder()).connect(nobody);
            int number = Inside.number(first.channel());
            first.addListener(refused -> {
                first.channel().close();
                ChannelFuture again = loops.client(new Recorder()).connect(nobody);
                sameNumber.complete(Inside.number(again.channel()) == number);
                again.channel().closeFuture().addListener(closed -> second.complete(again.cause()));
            });
            assertThat(second.get(60, TimeUnit.SECONDS)).isInstanceOf(ConnectException.class);
            assertThat(first.cause()).isInstanceOf(ConnectException.class);
            assertThat(sameNumber.get()).isTrue();
        }
    }

    /** A disconnect after the close. */
    @Test
    void aLateDisconnectMissesItToo() throws Exception {
        try (DatagramSocket peer = new DatagramSocket(Loops.anyPort())) {
            FdDatagramChannel closed = connectDatagrams(peer);
            closed.close().sync();
            List<FdDatagramChannel> later = new ArrayList<>();
            do {
                later.add(connectDatagrams(peer));
            } while (Inside.number(later.getLast()) != Inside.number(closed));
            assertThat(closed.disconnect().await().cause()).isInstanceOf(ClosedChannelException.class);
            assertThat(Sockets.remoteAddress(Inside.number(closed))).isEqualTo(peer.getLocalSocketAddress());
            for (FdDatagramChannel channel : later) {
                channel.close().sync();
            }
        }
    }

    private FdDatagramChannel connectDatagrams(DatagramSocket to) throws InterruptedException {
        return (FdDatagramChannel) new Bootstrap()
                .group(loops.group())
                .channel(FdDatagramChannel.class)
                .handler(new Mailbox())
                .connect(to.getLocalSocketAddress())
                .sync()
                .channel();
    }

    private Channel connect(Recorder handler, ServerSocket to) throws InterruptedException {
        return loops.client(handler)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .connect(to.getLocalSocketAddress())
                .sync()
                .channel();
    }

    private final class Going extends Recorder {
        private final AtomicReference<Channel> other;
        private final Channel listener;
        private final Recorder successor;

        Going(AtomicReference<Channel> other, Channel listener, Recorder successor) {
            this.other = other;
            this.listener = listener;
            this.successor = successor;
        }

        /** Runs within the event, while channelInactive is a task of its own. */
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                notified.incrementAndGet();
                int number = ((FdSocketChannel) other.get()).fd().intValue();
                other.get().close();
                FdSocketChannel third = (FdSocketChannel) loops.client(successor)
                        .option(ChannelOption.AUTO_READ, false)
                        .connect(listener.localAddress())
                        .channel();
                assertThat(third.fd().intValue()).isLessThanOrEqualTo(number); // the lowest free number
                context.close();
            }
            super.userEventTriggered(context, event);
        }
    }
}
