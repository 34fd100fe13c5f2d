package io.fdflux.testsuite.netty;

import static io.fdflux.testsuite.netty.SuiteChannels.OURS;

import io.fdflux.FdIoHandler;
import io.fdflux.FdLoops;
import io.fdflux.netty.FdServerSocketChannel;
import io.fdflux.poller.Pollers;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** Netty's tests of event loops. */
final class EventLoopSuite {

    private EventLoopSuite() {}

    static class SingleThreadEventLoop extends AbstractSingleThreadEventLoopTest implements OnOurChannels {

        private final List<EventLoopGroup> groups = new ArrayList<>();

        @Override
        protected EventLoopGroup newEventLoopGroup() {
            return noted(FdLoops.create().group());
        }

        @Override
        protected boolean supportsChannelIteration() {
            return true;
        }

        @Override
        protected EventLoopGroup newAutoScalingEventLoopGroup() {
            return noted(new MultiThreadIoEventLoopGroup(
                    SCALING_MAX_THREADS,
                    (Executor) null,
                    AUTO_SCALING_CHOOSER_FACTORY,
                    FdIoHandler.newFactory(Pollers.select(""))));
        }

        private EventLoopGroup noted(EventLoopGroup group) {
            groups.add(group);
            return group;
        }

        /** Netty's tests leave some loops running. */
        @AfterEach
        void shutDown() {
            OURS.closeWhatIsOpen();
            groups.forEach(
                    group -> group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly());
        }

        @Override
        protected Channel newChannel() {
            return OURS.noted(new FdServerSocketChannel());
        }

        @Override
        protected Class<? extends ServerChannel> serverChannelClass() {
            return FdServerSocketChannel.class;
        }
    }
}
