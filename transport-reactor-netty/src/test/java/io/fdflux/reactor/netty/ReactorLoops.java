package io.fdflux.reactor.netty;

import io.fdflux.netty.Loops;
import java.time.Duration;

/** The loops of one test, for Reactor Netty too; closed after it. Register it as an extension. */
public final class ReactorLoops extends Loops {

    private final FdLoopResources resources;

    public ReactorLoops(int count) {
        this(FdLoopResources.builder("test").loops(count).build());
    }

    private ReactorLoops(FdLoopResources resources) {
        super(resources.loops());
        this.resources = resources;
    }

    public FdLoopResources resources() {
        return resources;
    }

    @Override
    public void close() {
        resources.disposeLater(Duration.ZERO, Duration.ofSeconds(15)).block();
    }
}
