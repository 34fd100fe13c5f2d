package io.fdflux.netty.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Digest;
import io.fdflux.netty.Fork;
import io.fdflux.netty.Loops;
import io.fdflux.netty.OnEveryPoller;
import io.fdflux.netty.Peer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks which internals of Netty's and the JDK's classes are accessible: by default, and with the settings that
 * open them.
 */
@OnEveryPoller
class RegionInternalsTest {

    private static final int DESCRIPTORS = 500;
    private static final int LENGTH = 5 << 20;

    @TempDir
    Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("file"), Digest.bytes(LENGTH, 1));
    }

    @Test
    void onTheClassPathRegionsAreVisibleAndDescriptorsAreNot() throws Exception {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ)) {
            DefaultFileRegion region = new DefaultFileRegion(channel, 0, LENGTH);
            assertThat(RegionInternals.visible(region)).isTrue();
            assertThat(RegionInternals.channel(region)).isSameAs(channel);
            assertThat(RegionInternals.fileToOpen(region)).isNull();
            RegionInternals.transferred(region, 7);
            assertThat(region.transferred()).isEqualTo(7);
            assertThat(RegionInternals.visible(new DefaultFileRegion(channel, 0, LENGTH) {}))
                    .as("a subclass may have overridden transferTo")
                    .isFalse();
            assertThat(RegionInternals.number(channel)).isEqualTo(-1);
        }
    }

    /** Sends the file to each client, from a descriptor in its arguments. */
    static final class Sender {

        public static void main(String[] arguments) throws Exception {
            FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.READ);
            System.out.println(
                    Files.isSameFile(Path.of("/proc/self/fd/" + RegionInternals.number(file)), Path.of(arguments[0])));
            Loops loops = new Loops(1);
            Channel listener = loops.listen(() -> new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                    context.writeAndFlush(new DefaultFileRegion(file, 0, LENGTH))
                            .addListener(ChannelFutureListener.CLOSE);
                    context.channel()
                            .closeFuture()
                            .addListener(closed -> System.out.println(RegionInternals.number(file)));
                }
            });
            System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
            System.in.read();
            loops.close();
        }
    }

    @Test
    void openedJdkExposesDescriptors() throws Exception {
        List<String> opens = List.of(
                "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens", "java.base/java.io=ALL-UNNAMED");
        try (Fork sender = new Fork(opens, Sender.class, DESCRIPTORS, file())) {
            assertThat(sender.line()).isEqualTo("true");
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(sender.line()));
            try (Peer peer = Peer.connect(address)) {
                assertThat(peer.digest().end())
                        .isEqualTo(Digest.of(Digest.bytes(LENGTH, 1)).end());
            }
            assertThat(sender.line())
                    .as("descriptors of the file, which the region has closed")
                    .isEqualTo("-1");
        }
    }
}
