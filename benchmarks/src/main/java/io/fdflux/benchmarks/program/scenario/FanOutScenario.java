package io.fdflux.benchmarks.program.scenario;

import io.fdflux.benchmarks.program.transport.TransportLoops;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Sinks;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * Messages to many WebSocket sessions. Each message that comes on {@value #TURN} sends {@value #MESSAGES} messages to
 * each session of {@value #SESSION}, in one turn of the loop. An operation is one message.
 *
 * <p>Each message is flushed, as an application does that cannot know whether another one follows. Without that,
 * Reactor Netty itself collects what one turn emits.
 */
public final class FanOutScenario implements Scenario {

    /** The path of the sessions. */
    public static final String SESSION = "/session";

    /** The path of the one who starts turns. */
    public static final String TURN = "/turn";

    /** Messages per session and turn. */
    public static final int MESSAGES = 10;

    /** The bytes of one message, its frame included: RFC 6455, section 5.2, has two bytes before a short payload. */
    public static final int FRAME_BYTES = 2 + 32;

    private static final String MESSAGE = "x".repeat(FRAME_BYTES - 2);

    private final List<Sinks.Many<String>> sessions = new CopyOnWriteArrayList<>();
    private final LongAdder operations = new LongAdder();

    FanOutScenario() {}

    @Override
    public Served serve(TransportLoops loops, int port) {
        return Served.of(
                Http.server(loops, port)
                        .route(routes -> routes.ws(SESSION, this::session).ws(TURN, this::turns))
                        .bindNow(),
                operations::sum);
    }

    private Publisher<Void> session(WebsocketInbound in, WebsocketOutbound out) {
        Sinks.Many<String> messages = Sinks.many().unicast().onBackpressureBuffer();
        sessions.add(messages);
        in.withConnection(connection -> connection.onDispose(() -> sessions.remove(messages)));
        return out.sendObject(messages.asFlux().map(TextWebSocketFrame::new), message -> true);
    }

    private Publisher<Void> turns(WebsocketInbound in, WebsocketOutbound out) {
        return in.receive().doOnNext(trigger -> turn()).then();
    }

    private void turn() {
        for (Sinks.Many<String> session : sessions) {
            operations.add(MESSAGES); // first, because a client may have the last message before emitNext returns
            for (int i = 0; i < MESSAGES; i++) {
                session.emitNext(MESSAGE, Sinks.EmitFailureHandler.FAIL_FAST);
            }
        }
    }
}
