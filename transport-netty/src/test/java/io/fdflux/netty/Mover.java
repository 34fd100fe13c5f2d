package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.nio.channels.ClosedChannelException;

/** Moves channels between the loops of a test. */
final class Mover {

    private final Loops loops;

    Mover(Loops loops) {
        this.loops = loops;
    }

    /** {@return a loop other than the channel's} */
    EventLoop other(Channel than) {
        EventLoop next = loops.next();
        while (next == than.eventLoop()) {
            next = loops.next();
        }
        return next;
    }

    void move(Channel channel) throws InterruptedException {
        EventLoop to = other(channel);
        channel.deregister().sync();
        to.register(channel).sync();
        assertThat(channel.eventLoop()).isSameAs(to);
    }

    /** Moves a channel that its peer may close meanwhile. */
    void tryToMove(Channel channel) throws InterruptedException {
        EventLoop to = other(channel);
        channel.deregister().sync();
        ChannelFuture registered = to.register(channel).await();
        if (!registered.isSuccess()) {
            assertThat(registered.cause()).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Moves the channel from a handler on its loop; the move continues on another thread. */
    void moveFromHandler(ChannelHandlerContext context) {
        EventLoop to = other(context.channel());
        context.channel().deregister().addListener(left -> to.register(context.channel()));
    }
}
