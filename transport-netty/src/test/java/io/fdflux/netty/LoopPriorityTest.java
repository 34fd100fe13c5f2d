package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests {@link FdChannelOption#LOOP_PRIORITY}. */
@OnEveryPoller
@Timeout(60)
class LoopPriorityTest {

    @RegisterExtension
    final Loops loops = new Loops(1);

    private final List<String> read = new CopyOnWriteArrayList<>();

    private final class Reader extends SimpleChannelInboundHandler<ByteBuf> {
        private final String name;

        Reader(String name) {
            this.name = name;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            read.add(name);
        }
    }

    /** Sends to both while the loop runs a task, so that one poll reports both. */
    private void send(Peer first, Peer second) throws Exception {
        loops.turn();
        try (var _ = HeldLoop.hold(loops.next())) {
            first.send(new byte[] {1});
            second.send(new byte[] {1});
        }
        loops.turn();
    }

    @Test
    @DisplayName(
            "of channels that are due at the same time, those of a higher priority are read first, until it changes")
    void higherPrioritiesAreReadFirst() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            Channel first = loops.connect(listener.getLocalSocketAddress(), new Reader("first"));
            try (Peer ofFirst = Peer.accept(listener)) {
                Channel second = loops.connect(listener.getLocalSocketAddress(), new Reader("second"));
                try (Peer ofSecond = Peer.accept(listener)) {
                    second.config().setOption(FdChannelOption.LOOP_PRIORITY, 5);
                    send(ofFirst, ofSecond);
                    assertThat(read).containsExactly("second", "first");
                    first.config().setOption(FdChannelOption.LOOP_PRIORITY, 6);
                    send(ofSecond, ofFirst);
                    assertThat(read).endsWith("first", "second").hasSize(4);
                    second.close().sync();
                }
            }
            first.close().sync();
        }
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        Channel channel = new FdSocketChannel();
        channel.config().setOption(FdChannelOption.LOOP_PRIORITY, -10);
        assertThat(channel.config().getOption(FdChannelOption.LOOP_PRIORITY)).isEqualTo(-10);
        assertThatThrownBy(() -> channel.config().setOption(FdChannelOption.LOOP_PRIORITY, 11))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("between -10 and 10");
        channel.unsafe().closeForcibly();
    }
}
