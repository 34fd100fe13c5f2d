package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.Flags;
import io.fdflux.posix.Memory;
import io.fdflux.posix.PeerCredentials;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.PosixException;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.io.Io;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.BindException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixSocketsTest {

    @TempDir
    Path folder;

    private final MemorySegment buffer = Memory.of(64);

    private String path() {
        return folder.resolve("s").toString();
    }

    private static String ofLength(String start, int bytes) {
        return start + "x".repeat(bytes - start.length());
    }

    private static Descriptor listener(String path) throws IOException {
        Descriptor listener = UnixSockets.stream();
        UnixSockets.bind(listener.number(), path);
        Sockets.listen(listener.number(), 16);
        return listener;
    }

    /** Connects, sends a byte, and receives it at the accepted end. */
    private void talk(String path) throws IOException {
        try (Descriptor listener = listener(path);
                Descriptor client = UnixSockets.stream()) {
            assertThat(UnixSockets.localPath(listener.number())).isEqualTo(path);
            assertThat(UnixSockets.connect(client.number(), path)).isZero();
            SocketAddressBuffer peer = new SocketAddressBuffer();
            try (Descriptor accepted = Descriptor.of(Sockets.accept(listener.number(), peer))) {
                assertThat(peer.decodePath()).isNull();
                assertThat(peer.decode()).isNull();
                assertThat(UnixSockets.remotePath(client.number())).isEqualTo(path);
                assertThat(UnixSockets.remotePath(accepted.number())).isEmpty();
                assertThat(UnixSockets.remotePath(listener.number())).isNull();
                assertThat(UnixSockets.localPath(client.number())).isNull();
                assertThat(UnixSockets.localPath(accepted.number())).isEqualTo(path);
                assertThat(Sockets.localAddress(accepted.number())).isNull();
                assertThat(Sockets.isStream(accepted.number())).isFalse();
                assertThat(Flags.closedOnExec(client.number())).isTrue();
                assertThat(Flags.nonBlocking(client.number())).isTrue();
                assertThat(Io.send(client.number(), Memory.of("q").address(), 1))
                        .isOne();
                assertThat(Io.recv(accepted.number(), buffer.address(), 64)).isOne();
            }
        }
    }

    @Test
    void streamsTalk() throws IOException {
        talk(path());
        assertThat(folder.resolve("s")).exists();
    }

    @Test
    void namesBeyondAsciiAreTheFilesThatTheJdkSees() throws IOException {
        String name = folder.resolve("snø-日本").toString();
        talk(name);
        assumeTrue(System.getProperty("sun.jnu.encoding").equals("UTF-8"), "the JDK must be able to name the file");
        assertThat(folder.resolve("snø-日本")).exists();
    }

    @Test
    void theJdksOwnClientFindsThePath() throws IOException {
        try (Descriptor listener = listener(path());
                SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path()));
                Descriptor accepted = Descriptor.of(Sockets.accept(listener.number(), new SocketAddressBuffer()))) {
            client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertThat(Io.recv(accepted.number(), buffer.address(), 64)).isEqualTo(3);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void abstractNamesAreNoFiles() throws IOException {
        String name = "\0fdflux " + UUID.randomUUID();
        talk(name);
        talk(name); // free again, because the name vanishes with its socket
        talk("\0inner\0and final\0");
        talk(ofLength("\0" + UUID.randomUUID(), 108));
        try (Descriptor socket = UnixSockets.stream()) {
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), ofLength("\0", 109)))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("holds 108 bytes")
                    .hasMessageContaining("has 109")
                    .hasMessageContaining("bind(@xxx");
        }
    }

    @Test
    void longestPathTalksAndOneMoreIsRefusedWithTheLimit() throws IOException {
        String longest = ofLength(folder + "/", UnixName.PATH_BYTES - 1);
        talk(longest);
        try (Descriptor socket = UnixSockets.stream()) {
            for (String call : new String[] {"bind", "connect"}) {
                assertThatThrownBy(() -> {
                            if (call.equals("bind")) {
                                UnixSockets.bind(socket.number(), longest + "x");
                            } else {
                                UnixSockets.connect(socket.number(), longest + "x");
                            }
                        })
                        .isInstanceOfSatisfying(PosixException.class, e -> {
                            assertThat(e.errno()).isEqualTo(Constants.value("ENAMETOOLONG"));
                            assertThat(e.call()).isEqualTo(call);
                        })
                        .hasMessageContaining(longest + "x")
                        .hasMessageContaining("holds " + (UnixName.PATH_BYTES - 1) + " bytes")
                        .hasMessageContaining("has " + UnixName.PATH_BYTES);
            }
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), "/" + "ø".repeat(60)))
                    .hasMessageContaining("has 121");
        }
    }

    @Test
    void pathsThatCantBeOnesAreRefused() throws IOException {
        try (Descriptor socket = UnixSockets.stream()) {
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), ""))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("empty");
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), path() + "\0hidden"))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("no NUL");
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), folder + "/missing/s"))
                    .isInstanceOf(FileNotFoundException.class)
                    .hasMessageContaining("ENOENT");
        }
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void existingPathIsInUse() throws IOException {
        Files.createFile(folder.resolve("s"));
        try (Descriptor socket = UnixSockets.stream()) {
            assertThatThrownBy(() -> UnixSockets.bind(socket.number(), path()))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("delete it");
        }
    }

    @Test
    void connectWithoutListener() throws IOException {
        try (Descriptor socket = UnixSockets.stream()) {
            assertThat(UnixSockets.connect(socket.number(), path())).isEqualTo(-Errno.ENOENT);
            listener(path()).close();
            assertThat(UnixSockets.connect(socket.number(), path())).isEqualTo(-Errno.ECONNREFUSED);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullBacklogIsEagain() throws IOException {
        Descriptor[] clients = new Descriptor[16];
        try (Descriptor listener = UnixSockets.stream()) {
            UnixSockets.bind(listener.number(), path());
            Sockets.listen(listener.number(), 1);
            int result = 0;
            for (int i = 0; i < clients.length && result == 0; i++) {
                clients[i] = UnixSockets.stream();
                result = UnixSockets.connect(clients[i].number(), path());
            }
            assertThat(result).isEqualTo(-Errno.EAGAIN);
        } finally {
            for (Descriptor client : clients) {
                if (client != null) {
                    client.close();
                }
            }
        }
    }

    @Test
    void datagramsCarryTheirSender() throws IOException {
        String other = folder.resolve("other").toString();
        try (Descriptor receiver = UnixSockets.datagram();
                Descriptor sender = UnixSockets.datagram()) {
            UnixSockets.bind(receiver.number(), path());
            SocketAddressBuffer from = new SocketAddressBuffer();
            assertThat(Sockets.isStream(receiver.number())).isFalse();
            assertThat(UnixSockets.connect(sender.number(), path())).isZero();
            Io.send(sender.number(), Memory.of("ab").address(), 2);
            assertThat(Datagrams.receiveFrom(receiver.number(), buffer.address(), 64, from))
                    .isEqualTo(2);
            assertThat(from.decodePath()).isNull();
            UnixSockets.bind(sender.number(), other);
            Io.send(sender.number(), Memory.of("abc").address(), 3);
            assertThat(Datagrams.receiveFrom(receiver.number(), buffer.address(), 64, from))
                    .isEqualTo(3);
            assertThat(from.decodePath()).isEqualTo(other);
        }
    }

    @Test
    void peersOfOneProcessHaveItsCredentials() throws IOException {
        int uid = (Integer) Files.getAttribute(folder, "unix:uid");
        int gid = (Integer) Files.getAttribute(folder, "unix:gid");
        try (Descriptor listener = listener(path());
                Descriptor client = UnixSockets.stream()) {
            UnixSockets.connect(client.number(), path());
            try (Descriptor accepted = Descriptor.of(Sockets.accept(listener.number(), new SocketAddressBuffer()))) {
                PeerCredentials expected =
                        new PeerCredentials((int) ProcessHandle.current().pid(), uid, gid);
                assertThat(PeerCredentialsCalls.of(accepted.number())).isEqualTo(expected);
                assertThat(PeerCredentialsCalls.of(client.number())).isEqualTo(expected);
            }
        }
    }

    @Test
    void aSocketWithoutPeerHasNoCredentials() throws IOException {
        try (Descriptor socket = UnixSockets.stream();
                Pipes.Pair pipe = Pipes.pipe()) {
            assertThatThrownBy(() -> PeerCredentialsCalls.of(socket.number()))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("ENOTCONN");
            assertThatThrownBy(() -> PeerCredentialsCalls.of(pipe.first().number()))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContaining("ENOTSOCK");
        }
    }

    @Test
    void unboundSocketsNameIsNone() {
        assertThat(UnixName.decode(new byte[0])).isNull();
        assertThat(UnixName.decode("/a/b\0junk".getBytes())).isEqualTo("/a/b");
        SocketAddressBuffer empty = new SocketAddressBuffer();
        empty.lengthForResult().set(ValueLayout.JAVA_INT, 0, 2);
        assertThat(empty.decodePath()).isNull();
    }
}
