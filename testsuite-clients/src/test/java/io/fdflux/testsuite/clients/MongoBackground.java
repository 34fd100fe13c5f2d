package io.fdflux.testsuite.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.event.ConnectionCheckedInEvent;
import com.mongodb.event.ConnectionCheckedOutEvent;
import com.mongodb.event.ConnectionClosedEvent;
import com.mongodb.event.ConnectionCreatedEvent;
import com.mongodb.event.ConnectionPoolListener;
import com.mongodb.event.ConnectionReadyEvent;
import com.mongodb.event.ServerDescriptionChangedEvent;
import com.mongodb.event.ServerHeartbeatFailedEvent;
import com.mongodb.event.ServerHeartbeatStartedEvent;
import com.mongodb.event.ServerHeartbeatSucceededEvent;
import com.mongodb.event.ServerListener;
import com.mongodb.event.ServerMonitorListener;
import java.util.Collection;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What MongoDB's driver does by itself: it asks for the server's state, and opens connections. Called by its threads.
 *
 * <p>A client that is closed in the middle of that may leak the buffer of its question: {@code NettyStream.writeAsync}
 * of 5.8.0, one to three times in 150 on NIO and on fdflux alike.
 */
final class MongoBackground implements ServerListener, ServerMonitorListener, ConnectionPoolListener {

    private volatile boolean asking;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger inUse = new AtomicInteger();
    /** By the local number: the rest of the identity is the server's, which it tells in the handshake. */
    private final Set<Long> opening = ConcurrentHashMap.newKeySet();

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    @Override
    public void serverHearbeatStarted(ServerHeartbeatStartedEvent event) {
        asking = true;
    }

    /** The first answer is not reported as a success. */
    @Override
    public void serverDescriptionChanged(ServerDescriptionChangedEvent event) {
        asking = false;
    }

    @Override
    public void serverHeartbeatSucceeded(ServerHeartbeatSucceededEvent event) {
        asking = false;
    }

    @Override
    public void serverHeartbeatFailed(ServerHeartbeatFailedEvent event) {
        asking = false;
        failures.add(event.getThrowable());
    }

    @Override
    public void connectionCreated(ConnectionCreatedEvent event) {
        connections.incrementAndGet();
        opening.add(event.getConnectionId().getLocalValue());
    }

    @Override
    public void connectionReady(ConnectionReadyEvent event) {
        opening.remove(event.getConnectionId().getLocalValue());
    }

    @Override
    public void connectionCheckedOut(ConnectionCheckedOutEvent event) {
        inUse.incrementAndGet();
    }

    @Override
    public void connectionCheckedIn(ConnectionCheckedInEvent event) {
        inUse.decrementAndGet();
    }

    @Override
    public void connectionClosed(ConnectionClosedEvent event) {
        opening.remove(event.getConnectionId().getLocalValue());
    }

    /** {@return the connections that the pool has ever made} */
    int connections() {
        return connections.get();
    }

    /** {@return the connections that queries have now} */
    int connectionsInUse() {
        return inUse.get();
    }

    /** {@return why the server did not tell its state, an error for each try} */
    Collection<Throwable> failures() {
        return failures;
    }

    void awaitQuiet() {
        await("the driver's own work").untilAsserted(() -> {
            assertThat(asking).as("a question for the state").isFalse();
            assertThat(opening).as("connections that are opened").isEmpty();
        });
    }
}
