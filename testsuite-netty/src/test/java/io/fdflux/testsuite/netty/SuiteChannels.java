package io.fdflux.testsuite.netty;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdDomainDatagramChannel;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdServerDomainSocketChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The combinations of channels for Netty's suite: ours with ours, ours with NIO's, NIO's with ours. */
final class SuiteChannels extends SocketTestPermutation {

    static final SuiteChannels OURS = new SuiteChannels();

    private final EventLoopGroup loops =
            FdLoops.builder().name("testsuite").loops(NUM_THREADS).build().group();
    private final Set<Channel> opened = ConcurrentHashMap.newKeySet();

    private SuiteChannels() {}

    /** Closes the channels that Netty's tests leave open. Whatever remains is a leak. */
    void closeWhatIsOpen() {
        for (Channel channel : opened) {
            if (channel.isRegistered()) {
                channel.close();
            } else {
                channel.unsafe().closeForcibly();
                opened.remove(channel);
            }
        }
    }

    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socket() {
        return withoutNioAlone(combo(
                List.of(
                        () -> server(loops, FdServerSocketChannel::new),
                        () -> server(NIO_GROUP, NioServerSocketChannel::new)),
                List.of(() -> client(loops, FdSocketChannel::new), () -> client(NIO_GROUP, NioSocketChannel::new))));
    }

    /** Adds a pair with data in the SYN, where the system supports and allows that. */
    @Override
    public List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> socketWithFastOpen() {
        List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> pairs = new ArrayList<>(socket());
        pairs.addAll(combo(
                List.of(() -> server(loops, FdServerSocketChannel::new).option(ChannelOption.TCP_FASTOPEN, 5)),
                List.of(() -> client(loops, FdSocketChannel::new).option(ChannelOption.TCP_FASTOPEN_CONNECT, true))));
        return pairs;
    }

    @Override
    public List<BootstrapFactory<ServerBootstrap>> serverSocket() {
        return List.of(() -> server(loops, FdServerSocketChannel::new));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> clientSocket() {
        return List.of(() -> client(loops, FdSocketChannel::new));
    }

    @Override
    public List<BootstrapComboFactory<Bootstrap, Bootstrap>> datagram(SocketProtocolFamily family) {
        List<BootstrapFactory<Bootstrap>> both = List.of(
                () -> client(loops, () -> new FdDatagramChannel(family)),
                () -> client(NIO_GROUP, () -> new NioDatagramChannel(family)));
        return withoutNioAlone(combo(both, both));
    }

    @Override
    public List<BootstrapFactory<Bootstrap>> datagramSocket() {
        return List.of(() -> client(loops, FdDatagramChannel::new));
    }

    /** Domain sockets; Netty's NIO uses another address type for them. */
    List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> domainSocket() {
        return combo(serverDomainSocket(), List.of(() -> client(loops, FdDomainSocketChannel::new)));
    }

    List<BootstrapFactory<ServerBootstrap>> serverDomainSocket() {
        return List.of(() -> server(loops, FdServerDomainSocketChannel::new));
    }

    List<BootstrapComboFactory<Bootstrap, Bootstrap>> domainDatagram() {
        List<BootstrapFactory<Bootstrap>> ours = List.of(() -> client(loops, FdDomainDatagramChannel::new));
        return combo(ours, ours);
    }

    private static <T> List<T> withoutNioAlone(List<T> pairs) {
        return pairs.subList(0, pairs.size() - 1);
    }

    private Bootstrap client(EventLoopGroup group, ChannelFactory<Channel> channels) {
        return new Bootstrap().group(group).channelFactory(() -> noted(channels.newChannel()));
    }

    private ServerBootstrap server(EventLoopGroup group, ChannelFactory<ServerChannel> channels) {
        return new ServerBootstrap().group(group).channelFactory(() -> {
            ServerChannel server = noted(channels.newChannel());
            server.pipeline().addLast(new AcceptedNoted());
            return server;
        });
    }

    <C extends Channel> C noted(C channel) {
        opened.add(channel);
        channel.closeFuture().addListener(closed -> opened.remove(channel));
        return channel;
    }

    private final class AcceptedNoted extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            noted((Channel) message);
            context.fireChannelRead(message);
        }
    }
}
