package io.fdflux.benchmarks.program.transport;

import io.fdflux.poller.PollerUnavailableException;
import io.fdflux.reactor.netty.FdLoopResources;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The transports that are compared. */
public enum Transport {
    /** fdflux with the best poller of this machine. */
    FDFLUX("fdflux") {
        @Override
        public TransportLoops open(int loops) throws UnavailableException {
            return fdflux(loops, "", Duration.ZERO);
        }
    },
    /** The same, with loops that poll for a while before they block. */
    FDFLUX_BUSY("fdflux-busy") {
        @Override
        public TransportLoops open(int loops) throws UnavailableException {
            return fdflux(loops, "", BUSY_POLL);
        }
    },
    /**
     * fdflux with kqueue, on Linux over libkqueue. There only its counters mean anything, because libkqueue makes
     * several system calls of one kevent(2).
     */
    FDFLUX_KQUEUE("fdflux-kqueue") {
        @Override
        public TransportLoops open(int loops) throws UnavailableException {
            return fdflux(loops, "kqueue", Duration.ZERO);
        }
    },
    /** Netty's NIO. */
    NIO("nio") {
        @Override
        public TransportLoops open(int loops) {
            return TransportLoops.of(new NettyLoops(label(), loops, NioIoHandler.newFactory()));
        }
    },
    /** Netty's epoll. */
    EPOLL("epoll") {
        @Override
        public TransportLoops open(int loops) throws UnavailableException {
            require(Epoll.unavailabilityCause());
            return TransportLoops.of(new NettyLoops(label(), loops, EpollIoHandler.newFactory()));
        }
    },
    /** Netty's io_uring. */
    IO_URING("io_uring") {
        @Override
        public TransportLoops open(int loops) throws UnavailableException {
            require(IoUring.unavailabilityCause());
            return TransportLoops.of(new NettyLoops(label(), loops, IoUringIoHandler.newFactory()));
        }
    };

    private static final Duration BUSY_POLL = Duration.ofNanos(50_000);

    private final String label;

    Transport(String label) {
        this.label = label;
    }

    /** {@return the name on command lines and in reports} */
    public String label() {
        return label;
    }

    /**
     * Opens event loops.
     *
     * @param loops how many
     * @return the loops; the caller closes them
     * @throws UnavailableException if the transport cannot run here
     */
    public abstract TransportLoops open(int loops) throws UnavailableException;

    /**
     * Finds a transport by its name.
     *
     * @param label a {@link #label()}
     * @return the transport
     * @throws IllegalArgumentException if there is none of the name
     */
    public static Transport named(String label) {
        return Arrays.stream(values())
                .filter(transport -> transport.label.equals(label))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no transport is named " + label + "; there are "
                        + Arrays.stream(values()).map(Transport::label).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return label;
    }

    TransportLoops fdflux(int loops, String poller, Duration busyPoll) throws UnavailableException {
        try {
            return TransportLoops.of(FdLoopResources.builder(label)
                    .loops(loops)
                    .poller(poller)
                    .busyPoll(busyPoll)
                    .build());
        } catch (PollerUnavailableException e) {
            throw new UnavailableException(label + " cannot run here", e);
        }
    }

    void require(Throwable unavailabilityCause) throws UnavailableException {
        if (unavailabilityCause != null) {
            throw new UnavailableException("Netty's " + label + " cannot run here", unavailabilityCause);
        }
    }
}
