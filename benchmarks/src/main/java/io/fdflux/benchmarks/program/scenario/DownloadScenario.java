package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.handler.codec.http.HttpHeaderNames;

/** Bodies of 1 MiB to the client, out of memory. */
final class DownloadScenario implements Scenario {

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(Http.server(loops, port)
                .handle((request, response) -> response.header(
                                HttpHeaderNames.CONTENT_LENGTH, Integer.toString(Body.BYTES))
                        .send(Body.body()))
                .bindNow());
    }
}
