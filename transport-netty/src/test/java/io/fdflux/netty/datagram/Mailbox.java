package io.fdflux.netty.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler of one datagram channel that keeps all datagrams. Other threads may read it. */
public class Mailbox extends ChannelInboundHandlerAdapter {

    private static final int PATIENCE_SECONDS = 30;

    /** One datagram. */
    record Letter(byte[] bytes, SocketAddress sender, SocketAddress recipient) {}

    final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    final List<Object> events = new CopyOnWriteArrayList<>();
    final AtomicInteger readCompletes = new AtomicInteger();
    final AtomicInteger actives = new AtomicInteger();

    @Override
    public void channelActive(ChannelHandlerContext context) {
        actives.incrementAndGet();
        context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        AddressedEnvelope<?, ?> packet = (AddressedEnvelope<?, ?>) message;
        try {
            letters.add(new Letter(
                    ByteBufUtil.getBytes((ByteBuf) packet.content()), (SocketAddress) packet.sender(), (SocketAddress)
                            packet.recipient()));
        } finally {
            packet.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        readCompletes.incrementAndGet();
        context.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        events.add(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        failures.add(cause);
    }

    Letter next() throws InterruptedException {
        Letter letter = letters.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(letter).as("a datagram; failures: %s", failures).isNotNull();
        return letter;
    }

    byte[] nextBytes() throws InterruptedException {
        return next().bytes();
    }

    public int nextLength() throws InterruptedException {
        return next().bytes().length;
    }

    Throwable nextFailure() throws InterruptedException {
        Throwable failure = failures.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(failure).as("a failure").isNotNull();
        return failure;
    }
}
