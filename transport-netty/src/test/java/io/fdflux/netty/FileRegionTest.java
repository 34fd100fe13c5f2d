package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.netty.file.RegionWriter;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelProgressiveFuture;
import io.netty.channel.ChannelProgressiveFutureListener;
import io.netty.channel.ChannelProgressivePromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.util.IllegalReferenceCountException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Files to sockets, by each call of {@link RegionWriter}. */
@OnEveryPoller
class FileRegionTest {

    private static final int SMALL = 4096;
    private static final int LARGE = 20 << 20;
    /** The message of this library, or of a region that transfers itself. */
    private static final String TOO_SHORT = ".*(ended after \\d+; was the file truncated|file size \\d+ smaller).*";

    @RegisterExtension
    final Loops loops = new Loops(1);

    @TempDir
    Path folder;

    private final Recorder server = new Recorder();
    private Channel listener;

    /** Regions that are written in different ways. */
    enum Kind {
        OWN {
            @Override
            FileRegion of(Path file, long position, long count) throws IOException {
                return new FdFileRegion(file, position, count);
            }
        },
        OF_FILE {
            @Override
            FileRegion of(Path file, long position, long count) {
                return new DefaultFileRegion(file.toFile(), position, count);
            }
        },
        OF_OPENED_FILE {
            @Override
            FileRegion of(Path file, long position, long count) throws IOException {
                DefaultFileRegion region = new DefaultFileRegion(file.toFile(), position, count);
                region.open();
                return region;
            }
        },
        OF_CHANNEL {
            @Override
            FileRegion of(Path file, long position, long count) throws IOException {
                return new DefaultFileRegion(FileChannel.open(file, StandardOpenOption.READ), position, count);
            }
        },
        TRANSFERS_ITSELF {
            @Override
            FileRegion of(Path file, long position, long count) throws IOException {
                return new DefaultFileRegion(FileChannel.open(file, StandardOpenOption.READ), position, count) {};
            }
        };

        abstract FileRegion of(Path file, long position, long count) throws IOException;
    }

    @BeforeEach
    void listen() {
        listener = loops.listen(() -> server);
    }

    private Path file(int length, long seed) throws IOException {
        return Files.write(folder.resolve("file" + seed), Digest.bytes(length, seed));
    }

    private static String digest(byte[] bytes, int from, int count) {
        byte[] part = Arrays.copyOfRange(bytes, from, from + count);
        return Digest.of(part).end();
    }

    /** {@return the open descriptors of files in the test's folder} */
    private long open() {
        return OpenFiles.below(folder);
    }

    private void nothingStaysOpen(FileRegion... regions) {
        assertThat(regions).allMatch(region -> region.refCnt() == 0);
        await().untilAsserted(() -> assertThat(open()).isZero());
    }

    private void blocked() {
        long before = loops.count(Counter.WRITE_EAGAINS);
        await().until(() -> {
            loops.turn();
            long now = loops.count(Counter.WRITE_EAGAINS);
            long calls = loops.count(Counter.WRITE_CALLS);
            loops.turn();
            return now >= before && calls > 0 && loops.count(Counter.WRITE_CALLS) == calls;
        });
    }

    @ParameterizedTest
    @CsvSource({
        "OWN, 0",
        "OWN, 1",
        "OWN, 65537",
        "OWN, 67108864",
        "OF_FILE, 0",
        "OF_FILE, 1",
        "OF_FILE, 65537",
        "OF_FILE, 20971520",
        "OF_OPENED_FILE, 65537",
        "OF_CHANNEL, 0",
        "OF_CHANNEL, 1",
        "OF_CHANNEL, 65537",
        "OF_CHANNEL, 67108864",
        "TRANSFERS_ITSELF, 0",
        "TRANSFERS_ITSELF, 1",
        "TRANSFERS_ITSELF, 65537",
        "TRANSFERS_ITSELF, 20971520"
    })
    void aWholeFileArrives(Kind kind, int length) throws Exception {
        Path path = file(length, 1);
        FileRegion region = kind.of(path, 0, length);
        try (Peer peer = Peer.connect(listener)) {
            ChannelFuture written = server.channel().writeAndFlush(region).addListener(ChannelFutureListener.CLOSE);
            assertThat(peer.digest().end()).isEqualTo(digest(Digest.bytes(length, 1), 0, length));
            assertThat(written.sync().isSuccess()).isTrue();
        }
        assertThat(region.transferred()).isEqualTo(length);
        nothingStaysOpen(region);
    }

    @ParameterizedTest
    @EnumSource
    void aSlowReaderGetsAPartOfAFileAndProgressIsReported(Kind kind) throws Exception {
        int from = 12_345;
        int count = LARGE - 2 * from;
        FileRegion region = kind.of(file(LARGE, 1), from, count);
        AtomicLong reported = new AtomicLong();
        List<Throwable> wrong = new ArrayList<>();
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            ChannelProgressivePromise promise = server.channel().newProgressivePromise();
            promise.addListener(new ChannelProgressiveFutureListener() {
                @Override
                public void operationProgressed(ChannelProgressiveFuture future, long progress, long total) {
                    if (progress <= reported.getAndSet(progress) || progress > count) {
                        wrong.add(new AssertionError(progress + " of " + total + " after " + reported));
                    }
                }

                @Override
                public void operationComplete(ChannelProgressiveFuture future) {
                    // The caller checks the future itself.
                }
            });
            server.channel().writeAndFlush(region, promise);
            blocked();
            assertThat(promise.isDone()).isFalse();
            promise.addListener(ChannelFutureListener.CLOSE);
            assertThat(peer.digest().end()).isEqualTo(digest(Digest.bytes(LARGE, 1), from, count));
            promise.sync();
        }
        assertThat(wrong).isEmpty();
        assertThat(reported).hasValue(count);
        nothingStaysOpen(region);
    }

    @ParameterizedTest
    @EnumSource
    void aFileThatIsTruncatedWhileItIsSentFailsTheChannel(Kind kind) throws Exception {
        Path path = file(LARGE, 1);
        FileRegion region = kind.of(path, 0, LARGE);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            ChannelFuture written = server.channel().writeAndFlush(region);
            ChannelFuture after = server.channel().writeAndFlush(Digest.direct(new byte[10]));
            blocked();
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.truncate(1 << 20);
            }
            byte[] got = peer.readToEnd();
            assertThat(written.await().cause()).isInstanceOf(IOException.class).hasMessageMatching(TOO_SHORT);
            assertThat(after.await().cause()).isInstanceOf(IOException.class);
            assertThat(got.length).isLessThan(LARGE);
            assertThat(Digest.of(got).end()).isEqualTo(digest(Digest.bytes(LARGE, 1), 0, got.length));
            server.inactive.await();
        }
        nothingStaysOpen(region);
    }

    @ParameterizedTest
    @EnumSource
    void aRegionThatReachesBeyondTheFileFails(Kind kind) throws Exception {
        Path path = file(1000, 1);
        FileRegion partly = kind.of(path, 500, 501);
        FileRegion wholly = kind.of(path, 2000, 1);
        for (FileRegion region : List.of(partly, wholly)) {
            Recorder other = new Recorder();
            Channel second = loops.listen(() -> other);
            try (Peer peer = Peer.connect(second)) {
                assertThat(other.channel().writeAndFlush(region).await().cause())
                        .isInstanceOf(IOException.class)
                        .hasMessageMatching(TOO_SHORT);
                assertThat(peer.readToEnd()).hasSizeLessThanOrEqualTo(500);
            }
        }
        nothingStaysOpen(partly, wholly);
    }

    @ParameterizedTest
    @EnumSource
    void aResetInTheMiddleFailsTheWrite(Kind kind) throws Exception {
        FileRegion region = kind.of(file(LARGE, 1), 0, LARGE);
        FileRegion queued = kind.of(file(LARGE, 2), 0, LARGE);
        Peer peer = Peer.connect(listener.localAddress(), SMALL);
        ChannelFuture written = server.channel().writeAndFlush(region);
        ChannelFuture second = server.channel().writeAndFlush(queued);
        peer.read(1 << 20);
        peer.reset();
        assertThat(written.await().cause()).isInstanceOf(IOException.class);
        assertThat(second.await().cause()).isInstanceOf(IOException.class);
        nothingStaysOpen(region, queued);
    }

    @ParameterizedTest
    @EnumSource
    void aCloseThatDoesNotWaitFailsTheWrite(Kind kind) throws Exception {
        FileRegion region = kind.of(file(LARGE, 1), 0, LARGE);
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            ChannelFuture written = server.channel().writeAndFlush(region);
            blocked();
            server.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            server.channel().close().sync();
            assertThat(written.await().isSuccess()).isFalse();
            assertThat(peer.socket().isConnected()).isTrue();
        }
        nothingStaysOpen(region);
    }

    @Test
    void regionsAndBuffersKeepTheirOrder() throws Exception {
        Digest expected = new Digest();
        List<FileRegion> regions = new ArrayList<>();
        try (Peer peer = Peer.connect(listener.localAddress(), SMALL)) {
            byte[] content = Digest.bytes(3 << 20, 7);
            Path path = Files.write(folder.resolve("shared"), content);
            for (int i = 0; i < 40; i++) {
                byte[] buffer = Digest.bytes(i * 997 % 5000, i);
                int from = i * 7919;
                int count = (i % 7) * 100_003;
                FileRegion region = Kind.values()[i % Kind.values().length].of(path, from, count);
                regions.add(region);
                expected.add(buffer, buffer.length);
                expected.add(Arrays.copyOfRange(content, from, from + count), count);
                server.channel().write(Digest.direct(buffer));
                server.channel().write(region);
                if (i % 3 == 0) {
                    server.channel().flush();
                }
            }
            server.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            assertThat(peer.digest().end()).isEqualTo(expected.end());
        }
        nothingStaysOpen(regions.toArray(FileRegion[]::new));
    }

    /** sendfile refuses a file of /proc, whose size is 0, or reads nothing from it. */
    @ParameterizedTest
    @EnumSource(names = {"OWN", "OF_FILE"})
    void aFileThatSendfileIsUnfitForIsCopied(Kind kind) throws Exception {
        Path odd = Path.of("/proc/version");
        assumeThat(odd).exists();
        byte[] content = Files.readAllBytes(odd);
        try (Peer peer = Peer.connect(listener)) {
            server.channel().writeAndFlush(kind.of(odd, 0, content.length)).sync();
            server.channel().close();
            assertThat(peer.readToEnd()).isEqualTo(content);
        }
    }

    @Test
    void whatHasNoPlacesIsRefusedWithItsReason() throws Exception {
        assumeThat(Files.isExecutable(Path.of("/usr/bin/mkfifo"))).isTrue();
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        for (Path odd : List.of(pipe, folder)) {
            FileRegion region = new FdFileRegion(odd, 0, 10);
            Recorder other = new Recorder();
            Channel second = loops.listen(() -> other);
            try (Peer peer = Peer.connect(second)) {
                assertThat(other.channel().writeAndFlush(region).await().cause())
                        .isInstanceOf(IOException.class)
                        .hasMessageMatching(".*pread.*(ESPIPE|EISDIR).*");
                assertThat(peer.readToEnd()).isEmpty();
            }
            nothingStaysOpen(region);
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new FdFileRegion(folder.resolve("none"), 0, 1))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
        assertThatThrownBy(() -> new FdFileRegion(folder.resolve("none"), -1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FdFileRegion(folder.resolve("none"), 1, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ownRegionsGoToAnyChannel() throws Exception {
        FdFileRegion region = new FdFileRegion(file(LARGE, 1));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        WritableByteChannel target = Channels.newChannel(bytes);
        while (region.transferred() < region.count()) {
            assertThat(region.transferTo(target, region.transferred())).isPositive();
        }
        assertThat(region.transferTo(target, region.transferred())).isZero();
        assertThat(Digest.of(bytes.toByteArray()).end()).isEqualTo(digest(Digest.bytes(LARGE, 1), 0, LARGE));
        region.retain().release();
        assertThat(open()).isOne();
        region.release();
        nothingStaysOpen(region);
        assertThatThrownBy(() -> region.transferTo(target, 0)).isInstanceOf(IllegalStateException.class);
    }

    /** The number of its descriptor may belong to another file. */
    @ParameterizedTest
    @EnumSource
    void aReleasedRegionIsRefused(Kind kind) throws Exception {
        Path file = Files.write(folder.resolve("released"), new byte[10]);
        try (Peer peer = Peer.connect(listener)) {
            FileRegion released = kind.of(file, 0, 10);
            released.release();
            FdFileRegion other = new FdFileRegion(Files.write(folder.resolve("other"), new byte[10]));
            ChannelFuture written = server.channel().writeAndFlush(released);
            assertThat(written.await().cause()).isInstanceOf(IllegalReferenceCountException.class);
            server.channel().writeAndFlush(Digest.direct(new byte[] {1})).sync();
            assertThat(peer.read(1)).containsExactly(1);
            other.release();
        }
    }
}
