package io.fdflux.vertx;

import io.fdflux.FdIoHandler;
import io.fdflux.FdLoops;
import io.fdflux.netty.FdChannelOption;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdServerDomainSocketChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.fdflux.spi.PollerProvider;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.InternetProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;

/** What Vert.x asks of a transport: loops, channels, addresses and options. Thread-safe. */
final class LoopTransport implements Transport {

    /** Null where no poller can run. */
    private final PollerProvider poller;

    private final Throwable unavailabilityCause;
    private final List<FdLoops> running = new CopyOnWriteArrayList<>();

    LoopTransport(PollerProvider poller, Throwable unavailabilityCause) {
        this.poller = poller;
        this.unavailabilityCause = unavailabilityCause;
    }

    /** {@return its name, or null if none can run} */
    String poller() {
        return poller == null ? null : poller.name();
    }

    List<FdLoops> loops() {
        return List.copyOf(running);
    }

    @Override
    public boolean isAvailable() {
        return poller != null;
    }

    @Override
    public Throwable unavailabilityCause() {
        return unavailabilityCause;
    }

    @Override
    public boolean supportsDomainSockets() {
        return true;
    }

    @Override
    public IoHandlerFactory ioHandlerFactory() {
        return FdIoHandler.newFactory(poller);
    }

    @Override
    public EventLoopGroup eventLoopGroup(int type, int count, ThreadFactory threads, int ioRatio) {
        FdLoops loops = FdLoops.builder()
                .loops(count)
                .poller(poller.name())
                .threadFactory(threads)
                .build();
        EventLoopGroup group = loops.group();
        running.add(loops);
        group.terminationFuture().addListener(stopped -> running.remove(loops));
        return group;
    }

    @Override
    @SuppressWarnings("deprecation") // Vert.x has this in its interface
    public DatagramChannel datagramChannel(InternetProtocolFamily family) {
        return new FdDatagramChannel(family);
    }

    @Override
    public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
        return FdDatagramChannel::new;
    }

    @Override
    public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
        return domainSocket ? FdDomainSocketChannel::new : FdSocketChannel::new;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket ? FdServerDomainSocketChannel::new : FdServerSocketChannel::new;
    }

    @Override
    public java.net.SocketAddress convert(SocketAddress address) {
        return address.isDomainSocket() ? new DomainSocketAddress(address.path()) : Transport.super.convert(address);
    }

    @Override
    public SocketAddress convert(java.net.SocketAddress address) {
        return address instanceof DomainSocketAddress domain
                ? SocketAddress.domainSocketAddress(domain.path())
                : Transport.super.convert(address);
    }

    @Override
    public void configure(DatagramChannel channel, DatagramSocketOptions options) {
        if (options.isReusePort()) {
            channel.config().setOption(FdChannelOption.SO_REUSEPORT, true);
        }
        Transport.super.configure(channel, options);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
        if (!domainSocket) {
            if (config.isSoReusePort()) {
                bootstrap.option(FdChannelOption.SO_REUSEPORT, true);
            }
            TcpOptions.listener(config, bootstrap);
        }
        Transport.super.configure(config, domainSocket, bootstrap);
    }

    @Override
    public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
        if (!domainSocket) {
            TcpOptions.connection(config, bootstrap::option);
        }
        Transport.super.configure(config, domainSocket, bootstrap);
    }
}
