package io.fdflux.spring;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the starter. Immutable.
 *
 * @param enabled Whether Reactor Netty runs on fdflux. If not, Reactor Netty chooses its own transport.
 * @param poller Name of the poller, such as "epoll" or "kqueue". Empty means the best one that is available.
 * @param loops   Number of event loops, one thread each. Defaults to the number of available processors.
 */
@ConfigurationProperties("fdflux")
public record FdFluxProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("") String poller,
        Integer loops) {

    /** {@return whether the best available poller is wanted} */
    boolean anyPoller() {
        return poller.isBlank();
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
