package io.fdflux.spring.page;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the page that shows demand at work. Immutable.
 *
 * @param enabled Whether the page is served: on the management port if there is one, else on the application's.
 * @param path    Where the page is.
 */
@ConfigurationProperties("fdflux.page")
public record FdFluxPageProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/fdflux") String path) {

    /**
     * Returns the path without a slash at its end.
     *
     * @throws InvalidConfigurationPropertyValueException if it is no path below the root
     */
    String checkedPath() {
        String trimmed = path.strip().replaceAll("/+$", "");
        if (!trimmed.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new InvalidConfigurationPropertyValueException(
                    "fdflux.page.path", path, "The page needs a path such as /fdflux, without variables or patterns.");
        }
        return trimmed;
    }
}
