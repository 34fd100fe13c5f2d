package io.fdflux.netty;

import io.fdflux.BufferMemory;
import io.fdflux.FdRegistration;
import io.fdflux.posix.Datagrams;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.SocketAddressBuffer;
import io.fdflux.posix.Sockets;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;

/** A UDP socket over the engine: unicast, connected or not, as DNS needs it. It does not join multicast groups yet. */
public final class FdDatagramChannel extends FdChannel implements DatagramChannel {

    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

    private final FdDatagramChannelConfig config = new FdDatagramChannelConfig(this);
    private final SocketAddressBuffer address = new SocketAddressBuffer();
    private final UncheckedBooleanSupplier mayContinue =
            () -> registration() != null && registration().readReady();
    private volatile boolean connected;

    /**
     * Opens a socket, for both Internet families where the system lets one serve both.
     *
     * @throws UncheckedIOException if the process has no descriptors left
     */
    public FdDatagramChannel() {
        super(null, open());
    }

    private static Descriptor open() {
        try {
            return Sockets.udp(InternetFamily.preferred().isIpv6());
        } catch (IOException e) {
            throw new UncheckedIOException("no socket for datagrams", e);
        }
    }

    @Override
    public DatagramChannelConfig config() {
        return config;
    }

    @Override
    public InetSocketAddress localAddress() {
        return (InetSocketAddress) super.localAddress();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) super.remoteAddress();
    }

    @Override
    SocketAddress kernelLocalAddress() {
        return Sockets.localAddress(number());
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new DatagramUnsafe();
    }

    @Override
    void registered() {
        if (config.isActiveOnRegister() && !isActive()) {
            active(true);
        }
    }

    @Override
    protected void doBind(SocketAddress local) throws Exception {
        Sockets.bind(
                number(),
                InternetFamily.resolved(local),
                InternetFamily.preferred().isIpv6());
        localAddress(Sockets.localAddress(number()));
        active(true);
    }

    @Override
    protected void doDisconnect() throws Exception {
        int result = Datagrams.disconnect(number());
        if (result < 0) {
            throw Errno.exception("connect", "no address", -result);
        }
        connected = false;
        remoteAddress(null);
    }

    @Override
    protected void doClose() throws Exception {
        connected = false;
        super.doClose();
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (message instanceof DatagramPacket packet) {
            InternetFamily.resolved(packet.recipient());
            return packet.content().isDirect() && packet.content().nioBufferCount() == 1
                    ? packet
                    : new DatagramPacket(direct(packet, packet.content()), packet.recipient());
        }
        if (message instanceof ByteBuf buffer) {
            return buffer.isDirect() && buffer.nioBufferCount() == 1 ? buffer : direct(buffer, buffer);
        }
        if (message instanceof AddressedEnvelope<?, ?> envelope
                && envelope.content() instanceof ByteBuf content
                && envelope.recipient() instanceof InetSocketAddress recipient) {
            InternetFamily.resolved(recipient); // before the envelope is given up: Netty releases what is refused
            return new DatagramPacket(direct(envelope, content), recipient);
        }
        throw new UnsupportedOperationException("a datagram socket takes DatagramPacket, ByteBuf and"
                + " AddressedEnvelope<ByteBuf, InetSocketAddress>, not " + StringUtil.simpleClassName(message));
    }

    private ByteBuf direct(io.netty.util.ReferenceCounted holder, ByteBuf content) {
        ByteBuf direct = alloc().directBuffer(content.readableBytes());
        direct.writeBytes(content, content.readerIndex(), content.readableBytes());
        holder.release();
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) {
        for (Object message = out.current(); message != null; message = out.current()) {
            int result = message instanceof DatagramPacket packet
                    ? send(packet.content(), packet.recipient())
                    : send((ByteBuf) message, null);
            if (result == -Errno.EAGAIN) {
                registration().counters().writeWouldBlock();
                registration().writeWouldBlock();
                registration().wantWrite();
                return;
            }
            if (result < 0) {
                // A datagram stands alone: the next may be sent nevertheless.
                out.remove(Errno.exception("sendto", this, -result));
            } else {
                out.remove();
            }
        }
    }

    private int send(ByteBuf content, InetSocketAddress recipient) {
        // An empty datagram is a datagram; the address must still be one.
        int length = content.readableBytes();
        int result = Datagrams.send(
                number(),
                length == 0 ? 0 : BufferMemory.readable(content),
                length,
                recipient == null ? null : address,
                recipient,
                InternetFamily.preferred().isIpv6());
        registration().counters().writeCall(Math.max(result, 0));
        return result;
    }

    private final class DatagramUnsafe extends FdUnsafe {

        @Override
        public boolean isStream() {
            return false;
        }

        @Override
        protected void flush0() {
            ChannelOutboundBuffer out = outboundBuffer();
            if (registration() == null || !FdDatagramChannel.this.isActive()) {
                super.flush0();
            } else if (out != null && !out.isEmpty()) {
                registration().wantWrite();
            }
        }

        @Override
        public void attemptWrite() {
            registration().dropWrite();
            super.flush0();
        }

        @Override
        public void close(ChannelPromise promise) {
            if (registration() != null
                    && FdDatagramChannel.this.isActive()
                    && !registration().writeBlocked()) {
                super.flush0();
            }
            super.close(promise);
        }

        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (promise.isDone() || !ensureOpen(promise)) {
                return;
            }
            try {
                InetSocketAddress peer = InternetFamily.resolved(remote);
                if (local != null) {
                    doBind(local);
                }
                int result = Sockets.connect(
                        FdDatagramChannel.this.number(),
                        peer,
                        InternetFamily.preferred().isIpv6());
                if (result < 0) {
                    throw Errno.exception("connect", peer, -result);
                }
                boolean wasActive = FdDatagramChannel.this.isActive();
                FdDatagramChannel.this.remoteAddress(peer);
                connected = true;
                active(true);
                promise.trySuccess();
                if (!wasActive) {
                    pipeline().fireChannelActive();
                }
            } catch (Throwable t) {
                promise.tryFailure(annotateConnectException(t, remote));
                closeIfClosed();
            }
        }

        @Override
        public void attemptRead() {
            FdRegistration registration = registration();
            registration.dropRead();
            RecvByteBufAllocator.ExtendedHandle sizes = (RecvByteBufAllocator.ExtendedHandle) recvBufAllocHandle();
            sizes.reset(config);
            boolean got = false;
            IOException failure = null;
            do {
                ByteBuf buffer = sizes.allocate(config.getAllocator());
                int room = buffer.writableBytes();
                int n = Datagrams.receiveFrom(
                        FdDatagramChannel.this.number(), BufferMemory.writable(buffer, room), room, address);
                registration.counters().readCall(Math.max(n, 0));
                if (n < 0) {
                    buffer.release();
                    if (n == -Errno.EAGAIN) {
                        registration.readWouldBlock();
                    } else {
                        failure = Errno.exception("recvfrom", FdDatagramChannel.this, -n);
                    }
                    break;
                }
                got = true;
                // The poller counts a datagram's header too on some kernels: only EAGAIN tells that there is none left.
                sizes.attemptedBytesRead(room);
                sizes.lastBytesRead(n);
                sizes.incMessagesRead(1);
                buffer.writerIndex(buffer.writerIndex() + n);
                InetSocketAddress sender = address.decode();
                pipeline()
                        .fireChannelRead(new DatagramPacket(
                                buffer,
                                FdDatagramChannel.this.localAddress(),
                                sender != null ? sender : FdDatagramChannel.this.remoteAddress()));
            } while (registration() == registration && isOpen() && sizes.continueReading(mayContinue));
            if (got) {
                sizes.readComplete();
                pipeline().fireChannelReadComplete();
            }
            if (failure != null) {
                pipeline().fireExceptionCaught(failure);
            }
            if (!got && registration() == registration) {
                registration.wantRead();
            }
        }

        @Override
        public void hangup() {
            // A datagram socket has no peer that could go away.
        }
    }

    // ---- multicast: not yet

    private ChannelFuture noMulticast(ChannelPromise promise) {
        return promise.setFailure(new UnsupportedOperationException(
                "fdflux's datagram channel does not join multicast groups yet; run it on Netty's own transport"));
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group) {
        return joinGroup(group, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface on) {
        return joinGroup(group, on, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface on, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface on, InetAddress source) {
        return joinGroup(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture joinGroup(InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group) {
        return leaveGroup(group, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface on) {
        return leaveGroup(group, on, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface on, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture leaveGroup(InetAddress group, NetworkInterface on, InetAddress source) {
        return leaveGroup(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture leaveGroup(
            InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface on, InetAddress source) {
        return block(group, on, source, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, NetworkInterface on, InetAddress source, ChannelPromise promise) {
        return noMulticast(promise);
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source) {
        return block(group, source, newPromise());
    }

    @Override
    public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
        return noMulticast(promise);
    }
}
