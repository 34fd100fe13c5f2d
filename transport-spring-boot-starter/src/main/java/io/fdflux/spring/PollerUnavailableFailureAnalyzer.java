package io.fdflux.spring;

import io.fdflux.poller.PollerUnavailableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns an unknown or unavailable poller into a readable message instead of a stack trace. */
final class PollerUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<PollerUnavailableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PollerUnavailableException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set fdflux.poller to a poller that is available here, or remove it to have the best one chosen."
                        + " fdflux.enabled=false runs the application on Reactor Netty's default transport.",
                cause);
    }
}
