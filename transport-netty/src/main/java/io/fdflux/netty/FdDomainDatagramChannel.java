package io.fdflux.netty;

import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.datagram.MessageChannel;
import io.fdflux.netty.option.MessageConfig;
import io.fdflux.netty.option.UnixDatagramConfig;
import io.fdflux.netty.unix.DomainAddresses;
import io.fdflux.netty.unix.SocketFile;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.fdflux.posix.socket.OutgoingDatagrams;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramChannelConfig;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * A Unix-domain datagram socket over the engine. Datagrams keep their order and none is lost. While a receiver is full,
 * writes to it stay pending; on the BSDs they fail with ENOBUFS. Closing the channel fails the pending writes.
 *
 * <p>An unbound socket has no name, so the address of its datagrams has an empty path and cannot be answered. Closing
 * the channel keeps the file that bind(2) created. The next bind replaces the file unless another process has its
 * socket open.
 */
public final class FdDomainDatagramChannel extends MessageChannel implements DomainDatagramChannel {

    /**
     * The first pause before a retry to a full receiver that this socket is not connected to. The pause doubles with
     * each vain retry. Write readiness is no help here: net/unix/af_unix.c, unix_dgram_poll(), checks the queue of a
     * connected peer only. Each attempt also frees its memory, which reports the socket writable again.
     */
    private static final long FIRST_PAUSE_NANOS = 100_000;

    private static final long LONGEST_PAUSE_NANOS = 10_000_000;

    private final UnixDatagramConfig config = new UnixDatagramConfig(ownUnsafe());
    private boolean trialIsDue;
    private long pauseNanos = FIRST_PAUSE_NANOS;

    /**
     * Opens a socket.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdDomainDatagramChannel() {
        super(NewSocket.forDatagrams(UnixSockets::datagram));
    }

    /**
     * Adopts a socket that was opened elsewhere: bound, connected, or neither. The constructor makes the socket
     * non-blocking, and the channel is active.
     *
     * @param socket a Unix-domain datagram socket; closed with the channel, still the caller's if this throws
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is a socket of another kind
     */
    public FdDomainDatagramChannel(Descriptor socket) throws IOException {
        super(DomainAddresses.adopt(socket, false));
        adopt(number -> {
            String peer = UnixSockets.remotePath(number);
            opened(peer == null ? null : DomainAddresses.of(peer));
            return peer;
        });
    }

    @Override
    public DomainDatagramChannelConfig config() {
        return config;
    }

    @Override
    protected MessageConfig<?> messageConfig() {
        return config;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return (DomainSocketAddress) localAddress0();
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) remoteAddress0();
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        return DomainAddresses.of(UnixSockets.localPath(number()));
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        SocketFile.bind(number(), DomainAddresses.pathOf(address), () -> {});
    }

    @Override
    protected DomainSocketAddress checked(SocketAddress recipient) throws IOException {
        DomainSocketAddress address = DomainAddresses.checked(recipient);
        UnixSockets.checkName("sendto", address.path());
        return address;
    }

    @Override
    protected int connectTo(SocketAddress checked) throws IOException {
        return UnixSockets.connect(number(), ((DomainSocketAddress) checked).path());
    }

    @Override
    protected void address(OutgoingDatagrams datagrams, SocketAddress checked) throws IOException {
        datagrams.recipient(DomainAddresses.pathOf(checked));
    }

    @Override
    protected SocketAddress sender(IncomingDatagrams datagrams, int index) {
        return DomainAddresses.of(datagrams.senderPath(index));
    }

    @Override
    protected Object incoming(ByteBuf content, SocketAddress sender, InetSocketAddress destination) {
        return new DomainDatagramPacket(content, localAddress(), (DomainSocketAddress) sender);
    }

    @Override
    protected IOException truncation(SocketAddress sender, int length, int bufferBytes) {
        return new DatagramTruncatedException(sender, length, bufferBytes);
    }

    @Override
    protected Object outgoing(AddressedEnvelope<?, ?> envelope, ByteBuf content, SocketAddress checked) {
        return new DomainDatagramPacket(content, (DomainSocketAddress) checked);
    }

    @Override
    protected boolean onFull(Object first, boolean progress) {
        if (isConnected() && !(first instanceof AddressedEnvelope)) {
            return super.onFull(first, progress);
        }
        pauseNanos = progress ? FIRST_PAUSE_NANOS : Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        if (!trialIsDue) {
            trialIsDue = true;
            after(pauseNanos, this::trial);
        }
        return false;
    }

    private void trial() {
        assert eventLoop().inEventLoop() : "the channel has moved to " + eventLoop();
        trialIsDue = false;
        messageUnsafe().retryWrite();
    }
}
