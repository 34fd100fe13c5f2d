package io.fdflux.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Links the two connections of a gateway: the one that it has accepted, and the one that works for it.
 *
 * <pre>
 * what is known                                                             | link
 * --------------------------------------------------------------------------+---------
 * the client's channel tells for whom it works                              | sure
 * on one loop exactly one connection waits for demand, and exactly one of   |
 * the other origin (accepted, connected) has a full socket, neither with a  |
 * sure link: its backlog is the likeliest reason why nobody asks            | probable
 * anything else                                                             | none
 * </pre>
 *
 * <p>A probable link needs one loop, because Reactor Netty connects on the loop of the request.
 */
final class Links {

    private static final Set<Waits> DEMAND = Set.of(Waits.DEMAND);
    private static final Set<Waits> FULL = Set.of(Waits.SLOW, Waits.TAKE);

    private final Map<String, List<Sample.Link>> links = new HashMap<>();

    private Links() {}

    /** {@return the connections of all parts with their links, those of a part in their order} */
    static List<Sample.OfConnection> linked(List<GroupSampler.Part> parts) {
        List<Sample.OfConnection> all =
                parts.stream().flatMap(part -> part.connections().stream()).toList();
        Links found = new Links();
        found.addSure(all);
        parts.forEach(found::addProbable);
        return all.stream()
                .map(row -> row.withLinks(found.links.getOrDefault(row.id(), List.of())))
                .toList();
    }

    private void addSure(List<Sample.OfConnection> all) {
        Map<String, Sample.OfConnection> byId =
                all.stream().collect(Collectors.toMap(Sample.OfConnection::id, row -> row, (first, second) -> first));
        for (Sample.OfConnection client : all) {
            for (Sample.Link link : client.links()) {
                Sample.OfConnection server = byId.get(link.id());
                add(client.id(), server == null ? link : link(server, true));
                if (server != null) {
                    add(server.id(), link(client, true));
                }
            }
        }
    }

    private void addProbable(GroupSampler.Part part) {
        List<Sample.OfConnection> waiting = unlinked(part, DEMAND);
        List<Sample.OfConnection> full = unlinked(part, FULL);
        if (!areAllShown(part, DEMAND) || !areAllShown(part, FULL)) {
            return; // some are not in the sample, and might be the ones
        }
        addProbable(of(Rows.CONNECTED, waiting), of(Rows.ACCEPTED, full));
        addProbable(of(Rows.ACCEPTED, waiting), of(Rows.CONNECTED, full));
    }

    private void addProbable(List<Sample.OfConnection> waiting, List<Sample.OfConnection> full) {
        if (waiting.size() == 1 && full.size() == 1) {
            add(waiting.getFirst().id(), link(full.getFirst(), false));
            add(full.getFirst().id(), link(waiting.getFirst(), false));
        }
    }

    private List<Sample.OfConnection> unlinked(GroupSampler.Part part, Set<Waits> waits) {
        return part.connections().stream()
                .filter(row -> waits.contains(row.waits()) && !links.containsKey(row.id()))
                .toList();
    }

    private static List<Sample.OfConnection> of(String kind, List<Sample.OfConnection> rows) {
        return rows.stream().filter(row -> row.kind().equals(kind)).toList();
    }

    private static boolean areAllShown(GroupSampler.Part part, Set<Waits> waits) {
        Map<Waits, Integer> sums = part.loop().sums().waits();
        long shown = part.connections().stream()
                .filter(row -> waits.contains(row.waits()))
                .count();
        return shown
                == waits.stream().mapToInt(wait -> sums.getOrDefault(wait, 0)).sum();
    }

    private static Sample.Link link(Sample.OfConnection to, boolean sure) {
        return new Sample.Link(to.id(), to.remote(), to.waits(), sure);
    }

    private void add(String id, Sample.Link link) {
        links.computeIfAbsent(id, any -> new ArrayList<>()).add(link);
    }
}
