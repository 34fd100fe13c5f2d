package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.LoopCounters.Counter;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.io.DirectoryLock;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileNotFoundException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names that Unix-domain sockets bind and connect to: files, and their deletion. */
@OnEveryPoller
class DomainBindTest {

    private static final int LONGEST = OS.LINUX.isCurrentOs() ? 107 : 103;

    @RegisterExtension
    final DomainSockets sockets = new DomainSockets();

    @RegisterExtension
    final Loops loops = new Loops(1);

    private Throwable bindFails(SocketAddress address) throws InterruptedException {
        ChannelFuture bound =
                DomainSockets.server(loops, DomainRecorder::new).bind(address).await();
        assertThat(bound.isSuccess()).isFalse();
        bound.channel().closeFuture().sync();
        return bound.cause();
    }

    private Throwable connectFails(SocketAddress address) throws InterruptedException {
        ChannelFuture connected = DomainSockets.client(loops, new DomainRecorder())
                .connect(address)
                .await();
        connected.channel().closeFuture().sync();
        return connected.cause();
    }

    private void talk(SocketAddress address) throws InterruptedException {
        DomainRecorder server = new DomainRecorder();
        Channel listener =
                DomainSockets.server(loops, () -> server).bind(address).sync().channel();
        Channel client = DomainSockets.client(loops, new DomainRecorder())
                .connect(address)
                .sync()
                .channel();
        client.writeAndFlush(Digest.direct(new byte[7])).sync();
        client.close().sync();
        server.inactive.await();
        assertThat(server.digest.length()).isEqualTo(7);
        listener.close().sync();
    }

    private DomainSocketAddress ofLength(int bytes) {
        String start = sockets.folder() + "/";
        return new DomainSocketAddress(start + "x".repeat(bytes - start.length()));
    }

    @Test
    void theFileGoesWithTheListener() throws Exception {
        for (int i = 0; i < 3; i++) {
            FdServerDomainSocketChannel listener = sockets.listen(loops, DomainRecorder::new);
            assertThat(sockets.path()).exists();
            listener.close().sync();
            assertThat(sockets.path()).doesNotExist();
        }
    }

    @Test
    void aFileThatNobodyListensOnIsReplaced() throws Exception {
        sockets.plainServer().close(); // the JDK keeps the file
        assertThat(sockets.path()).exists();
        talk(sockets.address());
    }

    @Test
    void aDatagramSocketsFileIsReplacedWhenItIsClosed() throws Exception {
        Bootstrap datagrams = new Bootstrap()
                .group(loops.group())
                .channel(FdDomainDatagramChannel.class)
                .handler(new DomainRecorder());
        for (int i = 0; i < 2; i++) {
            Channel channel = datagrams.bind(sockets.address()).sync().channel();
            for (ChannelFuture second : List.of(
                    datagrams.bind(sockets.address()).await(),
                    DomainSockets.server(loops, DomainRecorder::new)
                            .bind(sockets.address())
                            .await())) {
                assertThat(second.cause()).isInstanceOf(BindException.class);
                second.channel().closeFuture().sync();
            }
            channel.close().sync();
        }
        talk(sockets.address());
    }

    @Test
    void aListenerIsNotPushedAside() throws Exception {
        try (ServerSocketChannel plain = sockets.plainServer()) {
            assertThat(bindFails(sockets.address()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(sockets.path().toString())
                    .hasMessageContaining("EADDRINUSE");
            try (SocketChannel client = sockets.plainClient()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(plain.isOpen()).isTrue();
            }
        }
    }

    /** Without the lock two programs might replace one file; a free name needs only bind(2). */
    @Test
    void anOldFileIsReplacedUnderTheLockOfItsDirectoryAlone() throws Exception {
        sockets.plainServer().close();
        try (DirectoryLock lock = DirectoryLock.take(sockets.folder(), 0)) {
            assertThat(lock).isNotNull();
            assertThat(bindFails(sockets.address()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(sockets.path().toString())
                    .hasMessageContaining("cannot be locked")
                    .hasMessageContaining("delete it");
            ChannelFuture datagrams = new Bootstrap()
                    .group(loops.group())
                    .channel(FdDomainDatagramChannel.class)
                    .handler(new DomainRecorder())
                    .bind(sockets.address())
                    .await();
            assertThat(datagrams.cause()).hasMessageContaining("cannot be locked");
            datagrams.channel().closeFuture().sync();
            assertThat(sockets.path()).exists();
            talk(new DomainSocketAddress(sockets.folder().resolve("free").toString()));
        }
        talk(sockets.address());
    }

    @Test
    void aSymbolicLinkStays() throws Exception {
        sockets.plainServer().close();
        Path link = Files.createSymbolicLink(sockets.folder().resolve("link"), sockets.path());
        assertThat(bindFails(new DomainSocketAddress(link.toString()))).isInstanceOf(BindException.class);
        assertThat(link).isSymbolicLink();
    }

    /** A bound listener that does not listen yet, or on the BSDs one with a full backlog. */
    @Test
    void norIsASocketThatDoesNotListen() throws Exception {
        try (Descriptor socket = UnixSockets.stream()) {
            UnixSockets.bind(socket.number(), sockets.path().toString());
            assertThat(bindFails(sockets.address())).isInstanceOf(BindException.class);
            Sockets.listen(socket.number(), 1);
            sockets.plainClient().close();
        }
        talk(sockets.address());
    }

    @Test
    void aListenerDoesNotNoticeABindThatFails() throws Exception {
        FdServerDomainSocketChannel listener = sockets.listen(loops, DomainRecorder::new);
        assertThat(bindFails(sockets.address())).isInstanceOf(BindException.class);
        loops.turn();
        assertThat(loops.count(Counter.ACCEPTED)).isZero();
        listener.close().sync();
    }

    @Test
    void aFileOfAnotherKindStays() throws Exception {
        Files.writeString(sockets.path(), "precious");
        assertThat(bindFails(sockets.address()))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("EADDRINUSE")
                .hasMessageContaining("delete it");
        assertThat(sockets.path()).hasContent("precious");
    }

    /** A connect to a pipe fails like one to an abandoned socket. */
    @Test
    void aPipeStays() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", sockets.path().toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(bindFails(sockets.address())).isInstanceOf(BindException.class);
        assertThat(sockets.path()).exists();
    }

    @Test
    void aSuccessorsFileIsNotDeleted() throws Exception {
        FdServerDomainSocketChannel first = sockets.listen(loops, DomainRecorder::new);
        Files.delete(sockets.path());
        FdServerDomainSocketChannel second = sockets.listen(loops, DomainRecorder::new);
        first.close().sync();
        assertThat(sockets.path()).exists();
        sockets.plainClient().close();
        second.close().sync();
        assertThat(sockets.path()).doesNotExist();
    }

    @Test
    void pathsAreKeptAsGiven() throws Exception {
        Path relative = Path.of("").toAbsolutePath().relativize(sockets.path());
        if (relative.toString().length() <= LONGEST) {
            DomainSocketAddress address = new DomainSocketAddress(relative.toString());
            Channel listener = DomainSockets.server(loops, DomainRecorder::new)
                    .bind(address)
                    .sync()
                    .channel();
            assertThat(listener.localAddress()).isEqualTo(address);
            sockets.plainClient().close();
            listener.close().sync();
            assertThat(sockets.path()).doesNotExist();
        }
        talk(new DomainSocketAddress(
                sockets.folder().resolve("with space and ünïcödé").toString()));
        talk(ofLength(LONGEST));
        talk(UnixDomainSocketAddress.of(sockets.path()));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void abstractNamesAreNoFiles() throws Exception {
        DomainSocketAddress name = new DomainSocketAddress("\0fdflux-" + UUID.randomUUID());
        talk(name);
        talk(name);
        FdServerDomainSocketChannel listener =
                (FdServerDomainSocketChannel) DomainSockets.server(loops, DomainRecorder::new)
                        .bind(name)
                        .sync()
                        .channel();
        assertThat(listener.localAddress()).isEqualTo(name);
        assertThat(bindFails(name)).isInstanceOf(BindException.class);
        listener.close().sync();
    }

    @Test
    void aPathTooLongSaysTheLimitAndItsLength() throws Exception {
        for (Throwable failure : List.of(bindFails(ofLength(LONGEST + 1)), connectFails(ofLength(LONGEST + 1)))) {
            assertThat(failure)
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("ENAMETOOLONG")
                    .hasMessageContaining("holds " + LONGEST + " bytes")
                    .hasMessageContaining("has " + (LONGEST + 1))
                    .hasMessageContaining(ofLength(LONGEST + 1).path());
        }
    }

    @Test
    void pathsThatAreNoneAreRefused() throws Exception {
        assertThat(bindFails(new DomainSocketAddress(""))).hasMessageContaining("empty");
        assertThat(connectFails(new DomainSocketAddress(""))).hasMessageContaining("empty");
        assertThat(bindFails(new DomainSocketAddress(sockets.path() + "\0x"))).hasMessageContaining("NUL");
        assertThat(sockets.folder()).isEmptyDirectory();
        for (Throwable failure : List.of(bindFails(Loops.anyPort()), connectFails(Loops.anyPort()))) {
            assertThat(failure)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("DomainSocketAddress")
                    .hasMessageContaining("127.0.0.1");
        }
    }

    @Test
    void aMissingFolderIsNamed() throws Exception {
        DomainSocketAddress missing =
                new DomainSocketAddress(sockets.folder().resolve("missing/s").toString());
        assertThat(bindFails(missing))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(missing.path())
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("directory must exist");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatMustNotBeWrittenIsNamed() throws Exception {
        assertThat(bindFails(new DomainSocketAddress("/sys/fdflux.sock")))
                .isInstanceOf(BindException.class)
                .hasMessageContaining("/sys/fdflux.sock")
                .hasMessageContaining("permission");
    }

    @Test
    void nobodyListens() throws Exception {
        assertThat(connectFails(sockets.address()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(sockets.path().toString());
        sockets.plainServer().close();
        assertThat(connectFails(sockets.address()))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining(sockets.path().toString())
                .hasMessageContaining("nothing listens there");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullBacklogIsReportedImmediately() throws Exception {
        Channel listener = DomainSockets.server(loops, DomainRecorder::new)
                .option(ChannelOption.SO_BACKLOG, 1)
                .option(ChannelOption.AUTO_READ, false)
                .bind(sockets.address())
                .sync()
                .channel();
        List<ChannelFuture> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(DomainSockets.client(loops, new DomainRecorder())
                    .connect(sockets.address())
                    .await());
        }
        assertThat(clients.getFirst().isSuccess()).isTrue();
        assertThat(clients.getLast().cause())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("backlog");
        for (ChannelFuture client : clients) {
            client.channel().close().sync();
        }
        listener.close().sync();
    }

    @ParameterizedTest(name = "bound twice, then closed: {0}")
    @ValueSource(booleans = {true, false})
    void aSecondBindLeavesTheFirst(boolean close) throws Exception {
        FdServerDomainSocketChannel listener = sockets.listen(loops, DomainRecorder::new);
        DomainSocketAddress other =
                new DomainSocketAddress(sockets.folder().resolve("other").toString());
        assertThat(listener.bind(other).await().cause()).isNotNull();
        if (close) {
            listener.close().sync();
            assertThat(sockets.path()).doesNotExist();
        } else {
            assertThat(listener.localAddress()).isEqualTo(sockets.address());
            sockets.plainClient().close();
        }
        assertThat(Path.of(other.path())).doesNotExist();
    }

    @Test
    void aListenerHasNoPeer() {
        FdServerDomainSocketChannel listener = sockets.listen(loops, DomainRecorder::new);
        assertThat(listener.remoteAddress()).isNull();
        assertThatThrownBy(() -> listener.connect(sockets.address()).sync())
                .isInstanceOf(UnsupportedOperationException.class);
        listener.close();
    }
}
