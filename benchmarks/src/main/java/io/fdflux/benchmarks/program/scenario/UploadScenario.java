package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.buffer.ByteBuf;

/** Bodies from the client, read with unlimited demand. The answer is the number of bytes. */
final class UploadScenario implements Scenario {

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(Http.server(loops, port)
                .handle((request, response) -> response.sendString(request.receive()
                        .map(ByteBuf::readableBytes)
                        .reduce(0L, Long::sum)
                        .map(String::valueOf)))
                .bindNow());
    }
}
