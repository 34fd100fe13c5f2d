package io.fdflux.netty;

import io.fdflux.engine.Registration;
import io.fdflux.netty.channel.DescriptorCall;
import io.fdflux.netty.channel.FirstReadGuess;
import io.fdflux.netty.channel.NewSocket;
import io.fdflux.netty.channel.StreamChannel;
import io.fdflux.netty.option.UnixStreamConfig;
import io.fdflux.netty.unix.DescriptorPipeline;
import io.fdflux.netty.unix.DomainAddresses;
import io.fdflux.netty.unix.PassedDescriptors;
import io.fdflux.netty.unix.SocketFile;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.PeerCredentials;
import io.fdflux.posix.socket.PeerCredentialsCalls;
import io.fdflux.posix.socket.UnixSockets;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannelConfig;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * A Unix-domain stream over the engine, connected to a {@link DomainSocketAddress}. The address is a path, or on Linux
 * an abstract name, which begins with NUL. The address of an unnamed peer has an empty path.
 *
 * <p>The channel also transfers descriptors, see unix(7), SCM_RIGHTS. Writing a {@link FileDescriptor} sends it with
 * one byte; the writer still has to close it. {@link DomainSocketReadMode} selects the reading side; a change takes
 * effect with the next read call.
 *
 * <ul>
 * <li>{@link DomainSocketReadMode#BYTES}, the default: the channel delivers bytes and closes received descriptors.
 * <li>{@link DomainSocketReadMode#FILE_DESCRIPTORS}: the channel reads one byte per call and delivers its descriptor.
 *     The receiving handler closes the {@code FileDescriptor}; the channel closes it if no handler takes it. Its
 *     O_NONBLOCK flag stays as the peer set it, because both share the open file. Bytes without a descriptor are an
 *     error and close the channel.
 * </ul>
 */
public final class FdDomainSocketChannel extends StreamChannel implements DomainSocketChannel {

    private final UnixStreamConfig config = new UnixStreamConfig(ownUnsafe());
    private SocketFile file;

    /**
     * Opens a socket.
     *
     * @throws ChannelException if the process has no descriptors left
     */
    public FdDomainSocketChannel() {
        super(NewSocket.toConnect(UnixSockets::stream));
    }

    FdDomainSocketChannel(
            FdServerDomainSocketChannel parent,
            Descriptor accepted,
            DomainSocketAddress remote,
            FirstReadGuess firstReads) {
        super(parent, accepted, remote, parent.localAddress(), firstReads);
    }

    /**
     * Adopts a connected socket, such as one end of a socket pair or a socket from another process. The constructor
     * makes it non-blocking.
     *
     * @param connected a connected Unix-domain stream socket; closed with the channel, still the caller's if
     *     this throws
     * @throws IOException              if it is not open, or no socket
     * @throws IllegalArgumentException if it is a socket of another kind, or not connected
     */
    public FdDomainSocketChannel(Descriptor connected) throws IOException {
        super(
                null,
                DomainAddresses.adopt(connected, true),
                DescriptorCall.on(connected, number -> peerOf(connected)),
                DescriptorCall.on(connected, number -> DomainAddresses.of(UnixSockets.localPath(number))),
                null);
        adopt(number -> null);
    }

    private static DomainSocketAddress peerOf(Descriptor socket) {
        String peer = UnixSockets.remotePath(socket.number());
        if (peer == null) {
            throw new IllegalArgumentException(socket + " is not connected; a new channel can be connected");
        }
        return DomainAddresses.of(peer);
    }

    @Override
    public DomainSocketChannelConfig config() {
        return config;
    }

    @Override
    public DomainSocketAddress localAddress() {
        return (DomainSocketAddress) super.localAddress();
    }

    @Override
    public DomainSocketAddress remoteAddress() {
        return (DomainSocketAddress) super.remoteAddress();
    }

    /**
     * Asks the kernel for the credentials of the peer. Any thread.
     *
     * @return its process, user and group
     * @throws IOException if the channel is not connected
     */
    public PeerCredentials peerCredentials() throws IOException {
        return leased(PeerCredentialsCalls::of);
    }

    @Override
    protected SocketAddress kernelLocalAddress() {
        String path = UnixSockets.localPath(number());
        return path != null || isActive() ? DomainAddresses.of(path) : null;
    }

    @Override
    protected void bindTo(SocketAddress address) throws IOException {
        file = SocketFile.bind(number(), DomainAddresses.pathOf(address), () -> {});
    }

    @Override
    protected SocketAddress checkedRemote(SocketAddress address) {
        return DomainAddresses.checked(address);
    }

    @Override
    protected int connectTo(SocketAddress checked) throws IOException {
        return UnixSockets.connect(number(), ((DomainSocketAddress) checked).path());
    }

    @Override
    protected boolean halfCloses() {
        return config.isAllowHalfClosure();
    }

    // ---- descriptors

    @Override
    protected DefaultChannelPipeline newChannelPipeline() {
        return new DescriptorPipeline(this);
    }

    @Override
    protected boolean readsDescriptors() {
        return config.getReadMode() == DomainSocketReadMode.FILE_DESCRIPTORS;
    }

    @Override
    protected int readDescriptors(Registration registration, RecvByteBufAllocator.ExtendedHandle sizes) {
        return PassedDescriptors.ofLoop().read(streamUnsafe(), registration, sizes);
    }

    @Override
    protected int receive(Registration registration, long address, int capacity) {
        return PassedDescriptors.ofLoop().receiveBytes(number(), registration, address, capacity);
    }

    @Override
    protected boolean carries(Object message) throws IOException {
        return message instanceof FileDescriptor descriptor && PassedDescriptors.checkOpen(descriptor);
    }

    @Override
    protected boolean writeMessage(ChannelOutboundBuffer out) throws Exception {
        return out.current() instanceof FileDescriptor descriptor
                ? PassedDescriptors.ofLoop().write(streamUnsafe(), out, descriptor)
                : super.writeMessage(out);
    }

    @Override
    protected void doClose() throws Exception {
        SocketFile bound = file;
        file = null;
        if (bound != null) {
            bound.delete();
        }
        super.doClose();
    }
}
