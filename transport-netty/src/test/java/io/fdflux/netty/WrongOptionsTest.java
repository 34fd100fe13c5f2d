package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.netty.option.OptionEntry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Option values of a wrong type, which bootstraps accept because their option maps are unchecked. */
@OnEveryPoller
class WrongOptionsTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    @Test
    @SuppressWarnings("unchecked")
    void aValueOfAWrongTypeIsRefusedByTheOptionsNameAndTypes() {
        for (Channel channel : List.of(new FdSocketChannel(), new FdServerSocketChannel(), new FdDatagramChannel())) {
            List<ChannelOption<?>> options =
                    new ArrayList<>(channel.config().getOptions().keySet());
            options.add(new IntegerUnixChannelOption("AN_INT", 1, 2));
            options.add(new RawUnixChannelOption("RAW", 1, 2, 4));
            options.removeAll(List.of(FdChannelOption.TCP_INFO, FdChannelOption.SO_INCOMING_NAPI_ID)); // read only
            assertThat(options).hasSizeGreaterThan(20);
            for (ChannelOption<?> option : options) {
                assertThatThrownBy(() ->
                                channel.config().setOption((ChannelOption<Object>) option, new StringBuilder("wrong")))
                        .as("%s", option)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(OptionEntry.nameOf(option))
                        .hasMessageContaining("java.lang.StringBuilder wrong");
            }
            assertThat(channel.isOpen()).isTrue();
            channel.config().setOption(ChannelOption.SO_RCVBUF, 20_000);
            assertThat(channel.config().getOption(ChannelOption.SO_RCVBUF)).isGreaterThanOrEqualTo(20_000);
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void theMessageNamesTheRightType() {
        FdSocketChannel channel = new FdSocketChannel();
        assertThatThrownBy(() -> set(channel, ChannelOption.SO_KEEPALIVE, 1))
                .hasMessage("SO_KEEPALIVE takes a value of type Boolean, not the java.lang.Integer 1");
        assertThatThrownBy(() -> set(channel, FdChannelOption.TCP_NOTSENT_LOWAT, 1))
                .hasMessage("TCP_NOTSENT_LOWAT takes a value of type Long, not the java.lang.Integer 1");
        assertThatThrownBy(() -> set(channel, FdChannelOption.TCP_MD5SIG, Map.of("localhost", new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TCP_MD5SIG takes a Map<InetAddress, byte[]>");
        assertThatThrownBy(() -> set(
                        channel, FdChannelOption.TCP_MD5SIG, Map.of(InetAddress.getLoopbackAddress(), new byte[81])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("81");
        assertThatThrownBy(() -> set(channel, FdChannelOption.TCP_INFO, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("TCP_INFO can be read only");
        channel.unsafe().closeForcibly();
    }

    /** An option of an earlier version: setting it fails with advice. */
    @Test
    @SuppressWarnings("deprecation")
    void aCloseThatWaitsForThePeerIsRefused() {
        FdSocketChannel channel = new FdSocketChannel();
        set(channel, FdChannelOption.CLOSE_DRAIN_MILLIS, 0);
        assertThatThrownBy(() -> set(channel, FdChannelOption.CLOSE_DRAIN_MILLIS, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CLOSE_DRAIN_MILLIS is 0, not 500");
        assertThat(channel.config().getOption(FdChannelOption.CLOSE_DRAIN_MILLIS))
                .isZero();
        channel.unsafe().closeForcibly();
    }

    @SuppressWarnings("unchecked")
    private static void set(Channel channel, ChannelOption<?> option, Object value) {
        channel.config().setOption((ChannelOption<Object>) option, value);
    }

    /** The allocator would otherwise fail at the first read, where the user does not see it. */
    @Test
    @SuppressWarnings("deprecation") // the test uses the old interface
    void aReceiveAllocatorOfTheOldKindIsRefused() {
        FdSocketChannel channel = new FdSocketChannel();
        RecvByteBufAllocator old =
                () -> new RecvByteBufAllocator.DelegatingHandle(new FixedRecvByteBufAllocator(1).newHandle()) {};
        assertThatThrownBy(() -> channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, old))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("RECVBUF_ALLOCATOR");
        channel.unsafe().closeForcibly();
    }

    @Test
    @SuppressWarnings("unchecked")
    void aBootstrapsWrongOptionFailsItsFutureAndLeavesNothingBehind() throws Exception {
        Channel listener = loops.listen(Recorder::new);
        ChannelOption<Object> keepAlive = (ChannelOption<Object>) (ChannelOption<?>) ChannelOption.SO_KEEPALIVE;
        Bootstrap client = loops.client(new Recorder()).option(keepAlive, "yes");
        ChannelFuture connect = client.connect(listener.localAddress()).await();
        assertThat(connect.cause())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("SO_KEEPALIVE")
                .hasMessageContaining("java.lang.String");
        assertThat(connect.channel().isOpen()).isFalse();

        ChannelFuture bind = loops.server(Recorder::new)
                .option(ChannelOption.SO_BACKLOG, -1)
                .bind(Loops.anyPort())
                .await();
        assertThat(bind.cause()).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("SO_BACKLOG");
        assertThat(bind.channel().isOpen()).isFalse();
    }

    /** The connection closes; the listener continues. */
    @Test
    @SuppressWarnings("unchecked")
    void anAcceptedConnectionsWrongOptionClosesThatOne() throws Exception {
        Recorder good = new Recorder();
        ChannelOption<Object> option = (ChannelOption<Object>) (ChannelOption<?>) ChannelOption.MESSAGE_SIZE_ESTIMATOR;
        Object[] value = {"wrong"};
        MessageSizeEstimator right = io.netty.channel.DefaultMessageSizeEstimator.DEFAULT;
        Channel listener = loops.server(() -> good).bind(Loops.anyPort()).sync().channel();
        listener.pipeline().addFirst(new io.netty.channel.ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(io.netty.channel.ChannelHandlerContext context, Object message) throws Exception {
                try {
                    ((Channel) message).config().setOption(option, value[0]);
                } catch (IllegalArgumentException e) {
                    value[0] = right;
                    ((Channel) message).unsafe().closeForcibly();
                    return;
                }
                super.channelRead(context, message);
            }
        });
        loops.turn(); // now the handler sees reads
        try (Peer refused = Peer.connect(listener)) {
            assertThat(refused.readToEnd()).isEmpty();
        }
        try (Peer served = Peer.connect(listener)) {
            served.send("on");
            good.channel();
        }
    }
}
