package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.ServerSocketSuspendTest;
import io.netty.testsuite.transport.socket.SocketChannelNotYetConnectedTest;
import io.netty.testsuite.transport.socket.SocketConnectionAttemptTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputByPeerTest;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import io.netty.testsuite.transport.socket.WriteBeforeRegisteredTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Netty's tests of one end of a stream; the other end is a JDK socket or missing. */
final class TcpEndSuite {

    private TcpEndSuite() {}

    static class ChannelNotYetConnected extends SocketChannelNotYetConnectedTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.clientSocket();
        }
    }

    static class ConnectionAttempt extends SocketConnectionAttemptTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.clientSocket();
        }
    }

    static class ShutdownOutputBySelf extends SocketShutdownOutputBySelfTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.clientSocket();
        }

        /** Netty disables its own version, which reads two bytes from an array of one. */
        @Override
        @Test
        public void testWriteAfterShutdownOutputNoWritabilityChange(TestInfo info) throws Throwable {
            run(info, this::testWriteAfterShutdownOutputNoWritabilityChange);
        }

        @Override
        public void testWriteAfterShutdownOutputNoWritabilityChange(Bootstrap bootstrap) throws IOException {
            Queue<Boolean> writability = new ConcurrentLinkedQueue<>();
            bootstrap
                    .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(2, 4))
                    .handler(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelWritabilityChanged(ChannelHandlerContext context) {
                            writability.add(context.channel().isWritable());
                        }
                    });
            try (ServerSocket listener = new ServerSocket()) {
                listener.bind(newSocketAddress());
                SocketChannel channel = (SocketChannel) bootstrap
                        .connect(listener.getLocalSocketAddress())
                        .syncUninterruptibly()
                        .channel();
                try (Socket peer = listener.accept()) {
                    ChannelFuture fitting = channel.write(Unpooled.wrappedBuffer(new byte[6]));
                    channel.flush();
                    fitting.syncUninterruptibly();
                    channel.shutdownOutput().syncUninterruptibly();
                    assertThat(peer.getInputStream().readAllBytes()).hasSize(6);
                    writability.clear();
                    for (int i = 0; i < 3; i++) {
                        assertThat(channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[6]))
                                        .awaitUninterruptibly()
                                        .cause())
                                .isInstanceOf(ClosedChannelException.class);
                    }
                    assertThat(channel.isActive()).isTrue();
                    assertThat(writability).isEmpty();
                }
            }
        }
    }

    static class WriteBeforeRegistered extends WriteBeforeRegisteredTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<Bootstrap>> newFactories() {
            return OURS.clientSocket();
        }
    }

    static class ServerSocketSuspend extends ServerSocketSuspendTest implements OnOurChannels {

        private static final int CONNECTIONS = 10;

        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return OURS.serverSocket();
        }

        /**
         * Netty disables its own version, which assumes how long the kernel leaves connects to a full backlog
         * unanswered. That time differs per system.
         */
        @Override
        @Test
        public void testSuspendAndResumeAccept(TestInfo info) throws Throwable {
            run(info, this::testSuspendAndResumeAccept);
        }

        @Override
        public void testSuspendAndResumeAccept(ServerBootstrap bootstrap) throws IOException {
            Queue<Channel> accepted = new ConcurrentLinkedQueue<>();
            Channel listener = bootstrap
                    .option(ChannelOption.AUTO_READ, false)
                    .childHandler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            accepted.add(channel);
                        }
                    })
                    .bind()
                    .syncUninterruptibly()
                    .channel();
            List<Socket> peers = new ArrayList<>();
            try {
                for (boolean suspended : new boolean[] {true, false, true, false}) {
                    listener.config().setAutoRead(!suspended);
                    listener.eventLoop().submit(() -> {}).syncUninterruptibly(); // earlier demand has been served
                    int taken = accepted.size();
                    for (int i = 0; i < CONNECTIONS; i++) {
                        Socket peer = new Socket();
                        peers.add(peer);
                        peer.connect(listener.localAddress());
                    }
                    if (suspended) {
                        // The kernel has completed all of them, so an accepted one would soon be here.
                        await().during(100, TimeUnit.MILLISECONDS)
                                .untilAsserted(() -> assertThat(accepted).hasSize(taken));
                    } else {
                        await().untilAsserted(() -> assertThat(accepted).hasSameSizeAs(peers));
                    }
                }
            } finally {
                for (Socket peer : peers) {
                    peer.close();
                }
                accepted.forEach(Channel::close);
            }
        }
    }

    static class ShutdownOutputByPeer extends SocketShutdownOutputByPeerTest implements OnOurChannels {

        @Override
        protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
            return OURS.serverSocket();
        }
    }
}
