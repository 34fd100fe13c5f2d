package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.channel.Inside;
import io.fdflux.netty.datagram.Mailbox;
import io.fdflux.posix.socket.Datagrams;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.lang.foreign.Arena;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The timers of a channel move with it, because its old loop may shut down and drop its own timers. */
@OnEveryPoller
class MovingTimersTest {

    private static final int MILLIS = 300;

    @RegisterExtension
    final Loops old = new Loops(1);

    @RegisterExtension
    final Loops loops = new Loops(1);

    private void moveAndEnd(Channel channel) throws InterruptedException {
        channel.deregister().sync();
        loops.next().register(channel).sync();
        old.close();
    }

    @Test
    void aConnectTimesOut() throws Exception {
        try (FullListener full = new FullListener()) {
            ChannelFuture connected = old.client(new Recorder())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, MILLIS)
                    .connect(full.address());
            moveAndEnd(connected.channel());
            assertThat(connected.await().cause()).isInstanceOf(ConnectTimeoutException.class);
            connected.channel().closeFuture().sync();
        }
    }

    private static void sendAtOnce(Channel channel) {
        try (Arena arena = Arena.ofConfined()) {
            int number = Inside.number(channel);
            assertThat(Datagrams.send(number, arena.allocate(1).address(), 1, null, null, false))
                    .isEqualTo(1);
        }
    }

    /** A datagram socket backs off when its reads only fail. */
    @Test
    void aBackoffEnds() throws Exception {
        CountDownLatch rests = new CountDownLatch(16);
        Mailbox mailbox = new Mailbox() {
            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                rests.countDown();
                if (rests.getCount() > 0) {
                    sendAtOnce(context.channel()); // so that the next read fails with ECONNREFUSED again
                }
            }
        };
        Channel channel = new Bootstrap()
                .group(old.next())
                .channel(FdDatagramChannel.class)
                .handler(mailbox)
                .bind(Loops.anyPort())
                .sync()
                .channel();
        InetSocketAddress refusing;
        try (DatagramSocket peer = new DatagramSocket(Loops.anyPort())) {
            refusing = (InetSocketAddress) peer.getLocalSocketAddress();
            channel.connect(refusing).sync();
        }
        channel.writeAndFlush(Digest.direct(new byte[1]));
        assertThat(rests.await(30, TimeUnit.SECONDS)).isTrue();
        moveAndEnd(channel);
        try (DatagramSocket peer = new DatagramSocket(refusing)) {
            peer.send(new DatagramPacket(new byte[3], 3, channel.localAddress()));
            assertThat(mailbox.nextLength()).isEqualTo(3);
        }
    }
}
