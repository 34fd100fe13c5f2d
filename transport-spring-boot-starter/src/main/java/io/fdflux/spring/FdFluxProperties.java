package io.fdflux.spring;

import io.fdflux.FdLoops;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the starter. Immutable.
 *
 * @param enabled Whether Reactor Netty runs on fdflux. If not, Reactor Netty chooses its own transport.
 * @param poller Name of the poller, such as "epoll" or "kqueue". Empty means the best one that is available.
 * @param loops   Number of event loops, one thread each. Defaults to the number of available processors.
 * @param busyPoll How long a loop that has nothing to do polls before it blocks, such as "50us". Defaults to never.
 */
@ConfigurationProperties("fdflux")
public record FdFluxProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("") String poller,
        Integer loops,
        Duration busyPoll) {

    /** {@return whether the best available poller is wanted} */
    boolean anyPoller() {
        return poller.isBlank();
    }

    /**
     * Checks the settings.
     *
     * @throws InvalidConfigurationPropertyValueException if the time is out of range
     */
    public FdFluxProperties {
        if (busyPoll != null && (busyPoll.isNegative() || busyPoll.compareTo(FdLoops.LONGEST_BUSY_POLL) > 0)) {
            throw new InvalidConfigurationPropertyValueException(
                    "fdflux.busy-poll", busyPoll, "The time must not be negative or longer than a second.");
        }
    }

    /**
     * Returns the number of loops.
     *
     * @throws InvalidConfigurationPropertyValueException if the setting is not positive
     */
    int loopCount() {
        if (loops == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        if (loops < 1) {
            throw new InvalidConfigurationPropertyValueException(
                    "fdflux.loops", loops, "The number of event loops must be at least 1.");
        }
        return loops;
    }
}
