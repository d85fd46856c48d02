import type {
  AlbFacts,
  AliasFacts,
  DriverFacts,
  GroupFacts,
  RecordFacts,
  RouteFacts,
  TestFacts,
} from '../domain/route-facts.ts'
import type { Route } from '../domain/service.ts'

export type { AlbFacts, AliasFacts, DriverFacts, GroupFacts, RecordFacts, RouteFacts, TestFacts }

/** Looks up what a route names, for the checks at PUT and before a deployment. Reads only. */
export interface RouteInspector {
  /** Never throws for a thing that does not exist: that is a fact. @throws {TransientError} If AWS cannot be asked. */
  inspect(route: Route): Promise<RouteFacts>
}
