package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Transport;
import java.util.Arrays;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a transport by the name that reports use. */
final class TransportConverter implements ITypeConverter<Transport> {

    @Override
    public Transport convert(String key) {
        return Arrays.stream(Transport.values())
                .filter(transport -> transport.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException(
                        "no transport is named " + key + "; there are " + Arrays.toString(Transport.values())));
    }
}
