package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainDatagramChannel;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Invariant 13 for datagrams: a sender and an echo that move all the time. Both sockets hold all datagrams in flight,
 * so only the library can lose one.
 */
@OnEveryPoller
class MovingTest {

    private static final int DATAGRAMS = 5_000;
    private static final int UNDER_WAY = 8; // Linux queues ten per Unix-domain socket, net.unix.max_dgram_qlen

    @RegisterExtension
    final Loops loops = new Loops(3);

    @TempDir
    Path directory;

    private final Semaphore window = new Semaphore(UNDER_WAY);
    private final Digest sent = new Digest();
    private final Digest received = new Digest();
    private final AtomicLong bytesOfAll = new AtomicLong();
    private final AtomicInteger count = new AtomicInteger();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    private static ByteBuf content(Object message) {
        return message instanceof DatagramPacket packet ? packet.content() : ((DomainDatagramPacket) message).content();
    }

    private static SocketAddress sender(Object message) {
        return message instanceof DatagramPacket packet ? packet.sender() : ((DomainDatagramPacket) message).sender();
    }

    private static Object packet(ByteBuf content, SocketAddress to) {
        return to instanceof InetSocketAddress internet
                ? new DatagramPacket(content, internet)
                : new DomainDatagramPacket(content, (DomainSocketAddress) to);
    }

    /** Reads on, by auto-read or after each datagram. */
    private class Handler extends ChannelInboundHandlerAdapter {
        private final boolean pulls;

        Handler(boolean autoRead) {
            pulls = !autoRead;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            channelReadComplete(context);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            if (pulls) {
                context.read();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failures.add(cause);
        }
    }

    private final class Echo extends Handler {
        Echo(boolean autoRead) {
            super(autoRead);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(packet(content(message), sender(message))).addListener(sent -> {
                if (!sent.isSuccess()) {
                    failures.add(sent.cause());
                }
            });
        }
    }

    /** Requests the next echo after each answer, while sending is on. */
    private final class Answers extends Handler {
        private final SocketAddress echo;
        private int next;

        Answers(boolean autoRead, SocketAddress echo) {
            super(autoRead);
            this.echo = echo;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            super.channelActive(context);
            for (int i = 0; i < UNDER_WAY; i++) {
                sendNext(context);
            }
        }

        private void sendNext(ChannelHandlerContext context) {
            if (echo != null && next < DATAGRAMS) {
                byte[] bytes = bytes(next++);
                sent.add(bytes, bytes.length);
                context.writeAndFlush(packet(Digest.direct(bytes), echo));
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf content = content(message);
            received.add(content);
            bytesOfAll.addAndGet(ByteBufUtil.hashCode(content));
            content.release();
            count.incrementAndGet();
            sendNext(context);
            window.release();
        }
    }

    private static byte[] bytes(int number) {
        return Digest.bytes(1 + number % 1000, number);
    }

    private Channel bind(boolean unix, boolean autoRead, Handler handler) throws InterruptedException {
        return new Bootstrap()
                .group(loops.group())
                .channel(unix ? FdDomainDatagramChannel.class : FdDatagramChannel.class)
                .option(ChannelOption.AUTO_READ, autoRead)
                .handler(handler)
                .bind(
                        unix
                                ? new DomainSocketAddress(directory
                                        .resolve(handler.getClass().getSimpleName())
                                        .toString())
                                : Loops.anyPort())
                .sync()
                .channel();
    }

    private void move(Channel channel) throws InterruptedException {
        EventLoop to = loops.next();
        while (to == channel.eventLoop()) {
            to = loops.next();
        }
        channel.deregister().sync();
        to.register(channel).sync();
    }

    @ParameterizedTest(name = "unix {0}, auto-read {1}")
    @CsvSource({"false,true", "false,false", "true,true", "true,false"})
    void noneIsLostOrDoubledOrOutOfOrder(boolean unix, boolean autoRead) throws Exception {
        Channel echo = bind(unix, autoRead, new Echo(autoRead));
        Channel channel = bind(unix, autoRead, new Answers(autoRead, echo.localAddress()));
        int moves = 0;
        for (int before = -1; count.get() < DATAGRAMS; moves++) {
            move(echo);
            move(channel);
            if (moves % 10_000 == 0) {
                assertThat(count.get()).as("it goes on").isGreaterThan(before);
                before = count.get();
            }
        }
        loops.turn();
        assertThat(count).hasValue(DATAGRAMS);
        assertThat(received.end()).isEqualTo(sent.end());
        assertThat(failures).isEmpty();
        assertThat(moves).isPositive();
        echo.close().sync();
        channel.close().sync();
    }

    /** Writes of other threads take the channel's present loop, so a later write of the loop may come first. */
    @ParameterizedTest(name = "unix {0}, auto-read {1}")
    @CsvSource({"false,true", "false,false", "true,true", "true,false"})
    void noneOfAnotherThreadIsLostOrDoubled(boolean unix, boolean autoRead) throws Exception {
        Channel echo = bind(unix, autoRead, new Echo(autoRead));
        Channel channel = bind(unix, autoRead, new Answers(autoRead, null));
        long expected = 0;
        CompletableFuture<Void> sender = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                for (int i = 0; i < DATAGRAMS; i++) {
                    assertThat(window.tryAcquire(30, TimeUnit.SECONDS))
                            .as("answer %d", i - UNDER_WAY)
                            .isTrue();
                    channel.writeAndFlush(packet(Digest.direct(bytes(i)), echo.localAddress()));
                }
                assertThat(window.tryAcquire(UNDER_WAY, 30, TimeUnit.SECONDS))
                        .as("the last answers")
                        .isTrue();
                sender.complete(null);
            } catch (Throwable t) {
                sender.completeExceptionally(t);
            }
        });
        while (!sender.isDone()) {
            move(echo);
            move(channel);
        }
        sender.get();
        loops.turn();
        for (int i = 0; i < DATAGRAMS; i++) {
            expected += ByteBufUtil.hashCode(Unpooled.wrappedBuffer(bytes(i)));
        }
        assertThat(count).hasValue(DATAGRAMS);
        assertThat(bytesOfAll).hasValue(expected);
        assertThat(failures).isEmpty();
        echo.close().sync();
        channel.close().sync();
    }
}
