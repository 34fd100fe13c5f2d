package io.fdflux.netty.datagram;

import io.fdflux.netty.Digest;
import io.fdflux.netty.FdDatagramChannel;
import io.fdflux.netty.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Helpers for the tests of UDP channels. */
public final class Udp {

    private Udp() {}

    static Bootstrap bootstrap(Loops loops, ChannelHandler handler) {
        return new Bootstrap()
                .group(loops.group())
                .channel(FdDatagramChannel.class)
                .handler(handler);
    }

    static Bootstrap bootstrap(Loops loops, SocketProtocolFamily family, ChannelHandler handler) {
        return new Bootstrap()
                .group(loops.group())
                .channelFactory(() -> new FdDatagramChannel(family))
                .handler(handler);
    }

    public static FdDatagramChannel bind(Loops loops, ChannelHandler handler) {
        return bind(bootstrap(loops, handler));
    }

    static FdDatagramChannel bind(Bootstrap bootstrap) {
        return (FdDatagramChannel)
                bootstrap.bind(Loops.anyPort()).syncUninterruptibly().channel();
    }

    public static DatagramPacket packet(int length, InetSocketAddress to) {
        return new DatagramPacket(Digest.direct(new byte[length]), to);
    }

    static ByteBuf direct(int length) {
        return Digest.direct(new byte[length]);
    }

    public static void send(DatagramSocket socket, InetSocketAddress to, int length) throws IOException {
        socket.send(new java.net.DatagramPacket(new byte[length], length, to));
    }

    public static InetAddress ip(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
