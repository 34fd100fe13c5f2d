package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.netty.channel.Inside;
import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.io.Io;
import io.fdflux.posix.socket.Sockets;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 18: a channel, and a call of another thread on it, keep the descriptor's number from its next owner. */
@OnEveryPoller
class LeaseTest {

    private static final int ROUNDS = 200;

    @RegisterExtension
    final Loops loops = new Loops(1);

    /** Closes the descriptor under a connection, reuses its number, then closes the channel. */
    @Test
    void theNumbersNextOwnerIsSparedByTheChannel() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            for (int round = 0; round < ROUNDS; round++) {
                Recorder handler = new Recorder();
                FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), handler);
                try (Peer peer = Peer.accept(listener)) {
                    int number = Inside.number(channel);
                    channel.fd().close();
                    List<Pipes.Pair> successors = takeNumbers(number);
                    channel.close().sync();
                    assertThat(peer.readToEnd()).isEmpty();
                    assertThat(handler.failures).isEmpty();
                    for (Pipes.Pair pipe : successors) {
                        assertThat(Io.available(pipe.first().number())).isZero();
                        pipe.close();
                    }
                }
            }
        }
    }

    /** Opens pipes until one has the number, or it is clear that the channel keeps it. */
    private static List<Pipes.Pair> takeNumbers(int number) throws IOException {
        List<Pipes.Pair> pipes = new ArrayList<>();
        do {
            pipes.add(Pipes.pipe());
        } while (pipes.getLast().second().number() < number);
        return pipes;
    }

    @Test
    void closingTheDescriptorClosesTheChannel() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), new Recorder());
            try (Peer peer = Peer.accept(listener)) {
                channel.fd().close();
                assertThat(channel.isOpen()).isFalse();
                channel.closeFuture().sync();
                assertThat(peer.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void closingAnAdoptedDescriptorClosesTheChannel() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            Descriptor socket = connected(listener);
            try (Peer peer = Peer.accept(listener)) {
                Recorder handler = new Recorder();
                Channel channel = register(new FdSocketChannel(socket), handler);
                socket.close();
                channel.closeFuture().sync();
                assertThat(peer.readToEnd()).isEmpty();
                await().until(() -> handler.inactive.getCount() == 0);
            }
        }
    }

    @Test
    void anAdoptedDescriptorThatIsClosedEarlyIsNotRegistered() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            Descriptor socket = connected(listener);
            try (Peer peer = Peer.accept(listener)) {
                FdSocketChannel channel = new FdSocketChannel(socket);
                socket.close();
                assertThat(peer.readToEnd()).isEmpty(); // no call reached it
                assertThatThrownBy(() -> register(channel, new Recorder())).isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    private static Descriptor connected(ServerSocket listener) throws IOException {
        Descriptor socket = Sockets.tcp(false);
        Sockets.connect(socket.number(), (InetSocketAddress) listener.getLocalSocketAddress(), false);
        await().until(() -> Sockets.remoteAddress(socket.number()) != null);
        return socket;
    }

    private Channel register(Channel channel, Recorder handler) throws InterruptedException {
        return new Bootstrap()
                .group(loops.group())
                .channelFactory(() -> channel)
                .handler(handler)
                .register()
                .sync()
                .channel();
    }

    /** The number may belong to another file, which must neither be adopted nor made non-blocking. */
    @Test
    void aClosedDescriptorIsNotAdopted() throws Exception {
        Descriptor closed = Sockets.tcp(false);
        closed.close();
        Descriptor successor = Sockets.tcp(false);
        assertThat(successor.number()).isEqualTo(closed.number());
        successor.nonBlocking(false);
        for (ThrowingCallable adoption : List.<ThrowingCallable>of(
                () -> new FdSocketChannel(closed),
                () -> new FdServerSocketChannel(closed),
                () -> new FdDatagramChannel(closed),
                () -> new FdDomainSocketChannel(closed),
                () -> new FdServerDomainSocketChannel(closed),
                () -> new FdDomainDatagramChannel(closed))) {
            assertThatThrownBy(adoption)
                    .isInstanceOf(ClosedDescriptorException.class)
                    .hasMessageContaining("was closed by its owner");
        }
        assertThat(successor.nonBlocking(false)).as("still blocks").isFalse();
        successor.close();
    }

    /** A failed adoption keeps no lease, so the owner's close still closes the number. */
    @Test
    void aRefusedAdoptionLeavesTheDescriptorToItsOwner() throws Exception {
        Descriptor unconnected = Sockets.tcp(false);
        Descriptor unbound = UnixSockets.stream();
        assertThatThrownBy(() -> new FdSocketChannel(unconnected)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FdServerSocketChannel(unconnected)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FdServerDomainSocketChannel(unbound)).isInstanceOf(IllegalArgumentException.class);
        unconnected.close();
        unbound.close();
        try (Descriptor first = Sockets.tcp(false);
                Descriptor second = Sockets.tcp(false)) {
            assertThat(List.of(first.number(), second.number())).contains(unconnected.number(), unbound.number());
        }
    }

    /** Another thread's call is in progress when the channel closes. */
    @Test
    void aCallKeepsTheNumberOpen() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), new Recorder());
            SocketAddress peer = Inside.leased(channel, number -> {
                channel.close().syncUninterruptibly();
                try (Descriptor other = Sockets.tcp(false)) {
                    assertThat(other.number()).isNotEqualTo(number);
                }
                return Sockets.remoteAddress(number);
            });
            assertThat(peer).isEqualTo(listener.getLocalSocketAddress());
            assertThatThrownBy(() -> Inside.leased(channel, number -> number))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Reads options while the channel closes and a pipe, which has no socket options, reuses its number. */
    @Test
    void optionsOfOtherThreadsNeverMeetAStranger() throws Exception {
        try (ServerSocket listener = Loops.plainListener()) {
            for (int round = 0; round < ROUNDS; round++) {
                FdSocketChannel channel = loops.connect(listener.getLocalSocketAddress(), new Recorder());
                List<Throwable> failures = new ArrayList<>();
                Thread asking = Thread.ofPlatform().start(() -> {
                    try {
                        while (true) {
                            channel.config().getOption(ChannelOption.SO_RCVBUF);
                        }
                    } catch (RuntimeException e) {
                        failures.add(e);
                    }
                });
                channel.close().sync();
                Pipes.pipe().close();
                asking.join();
                assertThat(failures)
                        .singleElement()
                        .satisfies(failure -> assertThat(failure).hasCauseInstanceOf(ClosedChannelException.class));
                listener.accept().close();
            }
        }
    }
}
