package io.fdflux.page;

import io.fdflux.FdLoops;
import io.fdflux.netty.FdDomainSocketChannel;
import io.fdflux.netty.FdSocketChannel;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/**
 * A page that shows demand at work: loops and their connections, live. This class has what a web server serves: files,
 * the headers to serve them with, and a stream of samples. Thread-safe.
 *
 * <p>Nothing runs while nobody looks. A sample looks at the channels of each loop, on its thread, in slices of a
 * thousand. All browsers share the samples, of which there is at most one in half a second.
 */
public final class DemandPage {

    /** The name of the stream of samples, relative to the page's own address: {@code text/event-stream}. */
    public static final String EVENTS = "events";

    /**
     * What the page's files and its stream are to be served with. No script and no style runs but the page's own, and
     * nothing leaves for another host.
     */
    public static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri"
                    + " 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final int CONNECTIONS = 50;

    private final Duration period;
    private final Scheduler scheduler;
    private final SharedSamples samples;
    private final List<PageFile> files = PageFile.all();

    /**
     * Makes the page of some loops.
     *
     * @param loops the caller's; the page neither starts nor closes them
     */
    public DemandPage(FdLoops loops) {
        this(() -> List.of(loops), channel -> null);
    }

    /**
     * Makes the page of all groups of loops of an application, which may be opened later than the page.
     *
     * @param groups   those that are open at the moment; the page neither starts nor closes them. Called per sample, on
     *     any thread
     * @param worksFor tells for whose channel the channel of a client works, so that the page shows who holds back whom
     *     in a gateway. Called with channels that this process has connected, on their loops, at most 50 per loop and
     *     sample; returns null where it does not know
     */
    public DemandPage(Supplier<List<FdLoops>> groups, UnaryOperator<Channel> worksFor) {
        this(new Sampler(groups, worksFor, PERIOD, CONNECTIONS, System::nanoTime), PERIOD, Schedulers.parallel());
    }

    DemandPage(Sampler sampler, Duration period, Scheduler scheduler) {
        JsonMapper json = JsonMapper.builder().build();
        this.period = period;
        this.scheduler = scheduler;
        this.samples = new SharedSamples(
                sampler.sample().publishOn(scheduler).map(json::writeValueAsString), period.dividedBy(2));
    }

    /** {@return the files of the page, the page itself first} */
    public List<PageFile> files() {
        return files;
    }

    /**
     * Streams samples to a browser, one per second. The browser's speed is the demand. A sample that it does not ask
     * for is not taken, and while its connection still holds an earlier one, none is: the browser never gets
     * old samples.
     *
     * @param connection of the browser, to see what it has taken; null if it is not known. A channel of an HTTP/2
     *     stream stands for its connection
     * @return JSON, one text per sample, without end
     */
    public Flux<String> samples(Channel connection) {
        return Flux.create(
                sink -> Viewer.serve(sink, samples.sample(), ours(connection), period, scheduler),
                FluxSink.OverflowStrategy.DROP);
    }

    /** The socket's channel; null without one of this transport. */
    private static Channel ours(Channel channel) {
        for (Channel each = channel; each != null; each = each.parent()) {
            if (each instanceof FdSocketChannel || each instanceof FdDomainSocketChannel) {
                return each;
            }
        }
        return null;
    }

    /** {@return a sample as JSON} For tests. */
    Mono<String> sample() {
        return samples.sample();
    }
}
