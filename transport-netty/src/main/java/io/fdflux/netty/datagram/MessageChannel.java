package io.fdflux.netty.datagram;

import io.fdflux.netty.channel.EngineChannel;
import io.fdflux.netty.option.MessageConfig;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import io.fdflux.posix.socket.Datagrams;
import io.fdflux.posix.socket.IncomingDatagrams;
import io.fdflux.posix.socket.OutgoingDatagrams;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.ReferenceCounted;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;

/**
 * A datagram socket over the engine, of whatever family, connected or not.
 *
 * <p>One {@code read()} makes one read call: it takes one datagram, or as many as {@code MAX_DATAGRAM_PAYLOAD_SIZE}
 * lets one buffer hold and Netty's {@code maxMessagesPerRead} allows. Datagrams that are flushed in one turn are sent
 * together. Each has its own promise, which alone fails if its datagram does.
 */
public abstract class MessageChannel extends EngineChannel {

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(MessageChannel.class);
    private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);
    /** A datagram in more pieces is copied into one, so that more datagrams fit into a call. */
    private static final int MOST_PARTS = 16;

    private volatile boolean connected;
    private boolean truncationLogged;

    protected MessageChannel(Descriptor descriptor) {
        super(null, descriptor);
    }

    // ---- differences of the families and their options

    /** {@return {@link #config()} by its own type} */
    protected abstract MessageConfig<?> messageConfig();

    /** bind(2), to an address of the user's. */
    protected abstract void bindTo(SocketAddress address) throws IOException;

    /** Checks the recipient of a datagram; the exception names a wrong one. */
    protected abstract SocketAddress checked(SocketAddress recipient) throws IOException;

    /** Checks a peer to connect to. */
    protected SocketAddress checkedPeer(SocketAddress peer) throws IOException {
        return checked(peer);
    }

    /** connect(2): 0 or {@code -errno}. */
    protected abstract int connectTo(SocketAddress checked) throws IOException;

    /** Sets the recipient of the current datagram. */
    protected abstract void address(OutgoingDatagrams datagrams, SocketAddress checked) throws IOException;

    /** The sender of a datagram; null if the kernel does not report it. */
    protected abstract SocketAddress sender(IncomingDatagrams datagrams, int index);

    /**
     * Makes the message for the pipeline, which owns the content. The destination is null if it is this
     * socket's address.
     */
    protected abstract Object incoming(ByteBuf content, SocketAddress sender, InetSocketAddress destination);

    /** Makes the report of a datagram that did not fit into its buffer. */
    protected abstract IOException truncation(SocketAddress sender, int length, int bufferBytes);

    /** Replaces the user's envelope by one that owns the content, a copy that the kernel can read. */
    protected abstract Object outgoing(AddressedEnvelope<?, ?> envelope, ByteBuf content, SocketAddress checked);

    /**
     * A datagram could not be sent, because this socket or its receiver is full.
     *
     * @param first    the datagram
     * @param progress whether the turn has sent others
     * @return whether the poller reports when there is capacity; else this method has seen to another attempt
     */
    protected boolean onFull(Object first, boolean progress) {
        return true;
    }

    // ---- life

    @Override
    public final ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected final AbstractUnsafe newUnsafe() {
        return new MessageUnsafe(this);
    }

    protected final MessageUnsafe messageUnsafe() {
        return (MessageUnsafe) ownUnsafe();
    }

    /** {@return whether there is one peer, which gets the datagrams without a recipient} */
    public final boolean isConnected() {
        return connected;
    }

    @Override
    protected final void registered() {
        if (messageConfig().isActiveOnRegister() && !isActive()) {
            active(true);
        }
        messageUnsafe().resumeOutput();
    }

    @Override
    protected final void doBind(SocketAddress local) throws Exception {
        bindTo(local);
        localAddress(kernelLocalAddress());
        active(true);
    }

    /**
     * The socket is open, and connected where there is a peer: the kernel may have chosen an address that reaches it.
     */
    protected final void opened(SocketAddress peer) {
        remoteAddress(peer == null ? null : peerAt(peer));
        localAddress(kernelLocalAddress());
        connected = peer != null;
        active(true);
    }

    @Override
    protected final void doDisconnect() throws Exception {
        int result = leased(Datagrams::disconnect);
        if (result < 0) {
            throw Errno.exception("connect", "no address", -result);
        }
        connected = false;
        remoteAddress(null);
        disconnected();
        localAddress(kernelLocalAddress());
    }

    /** The kernel has dissolved the association, and perhaps more. */
    protected void disconnected() throws IOException {}

    @Override
    protected final void doClose() throws Exception {
        connected = false;
        super.doClose();
    }

    // ---- writing

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (message instanceof ByteBuf buffer) {
            return readable(buffer) ? buffer : direct(buffer, buffer);
        }
        if (message instanceof AddressedEnvelope<?, ?> envelope && envelope.content() instanceof ByteBuf content) {
            // Before the envelope is released: Netty releases a refused message.
            SocketAddress recipient = envelope.recipient() == null ? null : checked(envelope.recipient());
            if (recipient != null || message instanceof SegmentedDatagramPacket) {
                return readable(content) ? message : outgoing(envelope, direct(envelope, content), recipient);
            }
            if (!readable(content)) {
                return direct(envelope, content);
            }
            content.retain();
            envelope.release();
            return content;
        }
        throw new UnsupportedOperationException("a datagram socket takes ByteBuf and AddressedEnvelope of ByteBuf, not "
                + StringUtil.simpleClassName(message) + "; is an encoder missing in the pipeline?");
    }

    private static boolean readable(ByteBuf content) {
        return content.isDirect() && content.nioBufferCount() <= MOST_PARTS;
    }

    /** The next datagram to send, or null; removes messages that are none. */
    static Object next(ChannelOutboundBuffer out) {
        while (isNone(out.current())) {
            out.remove();
        }
        return out.current();
    }

    /**
     * Whether a message is no datagram but an empty buffer. Users write one for its promise, and Netty puts one in the
     * place of a cancelled write. Empty datagrams have an envelope.
     */
    static boolean isNone(Object message) {
        return message instanceof ByteBuf buffer && !buffer.isReadable();
    }

    /** A copy that the kernel can read; the holder of the content is released. */
    private ByteBuf direct(ReferenceCounted holder, ByteBuf content) {
        ByteBuf direct = directCopy(content);
        holder.release();
        return direct;
    }

    /** Datagrams per turn, unless the channel is being closed. */
    final int messagesPerTurn() {
        return maxMessagesPerWrite();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws Exception {
        messageUnsafe().advanceOutput(); // not called by this transport, whose writes pass by Output
    }

    /** Makes the exception for a datagram that could not be sent or received, of the JDK's type where it has one. */
    final Exception failure(String call, Object subject, int errno) {
        IOException failure = Errno.exception(call, subject, errno);
        if (errno == Errno.EDESTADDRREQ || errno == Errno.ENOTCONN) {
            return (Exception) new NotYetConnectedException().initCause(failure);
        }
        if (errno != Errno.ECONNREFUSED || !connected) {
            return failure;
        }
        PortUnreachableException unreachable = new PortUnreachableException(failure.getMessage());
        unreachable.initCause(failure);
        return unreachable;
    }

    // ---- reading

    /** Datagrams that the next read call may take, after so many in this turn. */
    final int capacityForMessages(int taken) {
        RecvByteBufAllocator allocator = config().getRecvByteBufAllocator();
        return allocator instanceof MaxMessagesRecvByteBufAllocator limited
                ? Math.max(1, limited.maxMessagesPerRead() - taken)
                : 1;
    }

    final void truncated(SocketAddress sender, int length, int bufferBytes) {
        IOException report = truncation(sender, length, bufferBytes);
        if (!messageConfig().isTruncationAsEvent()) {
            pipeline().fireExceptionCaught(report);
            return;
        }
        if (truncationLogged) {
            LOGGER.debug("{}: {}", this, report.getMessage());
        } else {
            truncationLogged = true; // the sender decides how often: one line is enough
            LOGGER.warn("{}: {} (further ones are logged at debug level)", this, report.getMessage());
        }
        pipeline().fireUserEventTriggered(report);
    }
}
