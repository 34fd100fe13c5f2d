package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastTest;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Netty's tests of datagrams, over Unix-domain sockets. */
final class DomainDatagramSuite {

    private DomainDatagramSuite() {}

    static class Unicast extends DatagramUnicastTest implements OnOurChannels {

        @Override
        protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
            return OURS.domainDatagram();
        }

        @Override
        protected SocketAddress newSocketAddress() {
            return SuiteAddresses.path();
        }

        @Override
        protected boolean supportDisconnect() {
            return false;
        }

        @Override
        protected boolean isConnected(Channel channel) {
            return ((DomainDatagramChannel) channel).isConnected();
        }

        @Override
        protected Channel setupClientChannel(
                Bootstrap bootstrap, byte[] bytes, CountDownLatch received, AtomicReference<Throwable> failure)
                throws Throwable {
            return bind(bootstrap, new Receiver(bytes, null, received, failure, false));
        }

        @Override
        protected Channel setupServerChannel(
                Bootstrap bootstrap,
                byte[] bytes,
                SocketAddress sender,
                CountDownLatch received,
                AtomicReference<Throwable> failure,
                boolean echo)
                throws Throwable {
            return bind(bootstrap, new Receiver(bytes, sender, received, failure, echo));
        }

        /** Netty sends with a JDK socket, which does not exist for this family. */
        @Override
        public void testReceiveEmptyDatagrams(Bootstrap server, Bootstrap client) throws InterruptedException {
            int count = 100;
            CountDownLatch received = new CountDownLatch(count);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Channel from = bind(client, new Receiver(new byte[0], null, received, failure, false));
            Channel to = bind(server, new Receiver(new byte[0], from.localAddress(), received, failure, false));
            for (int i = 0; i < count; i++) {
                write(from, Unpooled.EMPTY_BUFFER, to.localAddress(), WrapType.NONE);
            }
            from.flush();
            assertThat(received.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(failure).hasNullValue();
        }

        private Channel bind(Bootstrap bootstrap, Receiver receiver) throws InterruptedException {
            return bootstrap.handler(receiver).bind(newSocketAddress()).sync().channel();
        }

        @Override
        protected ChannelFuture write(Channel channel, ByteBuf content, SocketAddress recipient, WrapType wrapType) {
            ByteBuf wrapped = switch (wrapType) {
                case DUP -> content.retainedDuplicate();
                case SLICE -> content.retainedSlice();
                case READ_ONLY -> content.retain().asReadOnly();
                case NONE -> content.retain();
            };
            return channel.write(new DomainDatagramPacket(wrapped, (DomainSocketAddress) recipient));
        }
    }

    /** Receives identical datagrams. */
    private static final class Receiver extends SimpleChannelInboundHandler<DomainDatagramPacket> {

        private final byte[] bytes;
        private final SocketAddress sender;
        private final CountDownLatch received;
        private final AtomicReference<Throwable> failure;
        private final boolean echo;

        Receiver(
                byte[] bytes,
                SocketAddress sender,
                CountDownLatch received,
                AtomicReference<Throwable> failure,
                boolean echo) {
            this.bytes = bytes;
            this.sender = sender;
            this.received = received;
            this.failure = failure;
            this.echo = echo;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
            try {
                assertThat(ByteBufUtil.getBytes(packet.content())).isEqualTo(bytes);
                assertThat(packet.recipient()).isEqualTo(context.channel().localAddress());
                assertThat(packet.sender()).isNotNull();
                if (sender != null) {
                    assertThat(packet.sender()).isEqualTo(sender);
                }
                if (echo) {
                    context.writeAndFlush(
                            new DomainDatagramPacket(packet.content().retainedDuplicate(), packet.sender()));
                }
            } finally {
                received.countDown();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure.compareAndSet(null, cause);
        }
    }
}
