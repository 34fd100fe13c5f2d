package io.fdflux.page;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.FdServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Two loops, a listener on one of them that drops what it reads, and JDK sockets that connect to it. */
final class Connections implements AfterEachCallback, AutoCloseable {

    private final FdLoops loops = FdLoops.builder().name("page-test").loops(2).build();
    private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    private final List<Socket> sockets = new ArrayList<>();
    private Channel listener;

    FdLoops loops() {
        return loops;
    }

    SingleThreadEventLoop loop() {
        return (SingleThreadEventLoop) loops.group().next();
    }

    /**
     * Connects.
     *
     * @param receiveBuffer of the socket; 0 for the default
     */
    Socket connect(int receiveBuffer) {
        if (listener == null) {
            listener = listen();
        }
        Socket socket = new Socket();
        sockets.add(socket);
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(listener.localAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return socket;
    }

    /** The other end of the last connection that was not asked for yet. */
    Channel accepted() {
        try {
            return accepted.poll(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Registers a channel that does nothing. */
    void idleOn(SingleThreadEventLoop loop) {
        loop.register(new FdDatagramChannel()).syncUninterruptibly();
    }

    private Channel listen() {
        return new ServerBootstrap()
                .group(loops.group())
                .channel(FdServerSocketChannel.class)
                .childHandler(new Dropping())
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .syncUninterruptibly()
                .channel();
    }

    @Override
    public void close() {
        loops.close();
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    @io.netty.channel.ChannelHandler.Sharable
    private final class Dropping extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            accepted.add(context.channel());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }
}
