/**
 * What helps against each code of CodeDeploy's `errorInformation`: one sentence for whoever reads the failed deployment.
 *
 * @see CodeDeploy API reference, ErrorInformation.code; a test compares the codes with those that the SDK knows
 */
export const driverErrorHelp: Readonly<Record<string, string>> = {
  AGENT_ISSUE: 'Look at the log of the CodeDeploy agent on the instance, and restart or update the agent.',
  ALARM_ACTIVE:
    'An alarm that was in ALARM before the deployment stops it at once: repair what it watches, or take it off the group.',
  APPLICATION_MISSING: 'The CodeDeploy application is gone: create it again under the name that the route has.',
  AUTOSCALING_VALIDATION_ERROR:
    'Check that the Auto Scaling group of the deployment group exists and can launch instances.',
  AUTO_SCALING_CONFIGURATION:
    'Check launch template, capacity and lifecycle hooks of the Auto Scaling group that the deployment group names.',
  AUTO_SCALING_IAM_ROLE_PERMISSIONS:
    "Give the group's service role the autoscaling actions of AWSCodeDeployRole, and iam:PassRole where it launches instances.",
  CLOUDFORMATION_STACK_FAILURE: "Look at the stack's own events: the deployment failed because CloudFormation did.",
  CODEDEPLOY_RESOURCE_CANNOT_BE_FOUND:
    'Something that the deployment refers to is gone: check application, group, configuration, cluster and service.',
  CUSTOMER_APPLICATION_UNHEALTHY:
    'The application did not become healthy: look at the log of the new version, and at what its health check asks for.',
  DEPLOYMENT_GROUP_MISSING: 'The deployment group is gone: create it again under the name that the route has.',
  ECS_UPDATE_ERROR:
    "Look at the events of the ECS service: image, task role, capacity and subnets decide whether the replacement's tasks start.",
  ELASTIC_LOAD_BALANCING_INVALID:
    'Check that both target groups hang on the production listener, with the port and protocol of the container.',
  ELB_INVALID_INSTANCE: 'Check that the instances are registered with the load balancer, in zones that it serves.',
  HEALTH_CONSTRAINTS:
    'Too few instances or tasks stayed healthy: look at those that failed first, then at the minimum of healthy hosts.',
  HEALTH_CONSTRAINTS_INVALID:
    'The minimum of healthy hosts cannot be kept with so few instances: lower it, or add instances.',
  HOOK_EXECUTION_FAILURE:
    "Look at the log of the hook's function: it answered Failed, threw, does not exist, or may not be invoked by the group's role.",
  IAM_ROLE_MISSING: 'The service role of the deployment group is gone: create it, or give the group another one.',
  IAM_ROLE_PERMISSIONS:
    "Give the group's service role the rights of AWSCodeDeployRoleForECS (or ForLambda), with iam:PassRole for the task's roles.",
  INTERNAL_ERROR: 'CodeDeploy itself failed: try again, and ask AWS Support if it comes back.',
  INVALID_ECS_SERVICE:
    'The ECS service must exist, be ACTIVE, have the deployment controller CODE_DEPLOY and use a target group of the pair.',
  INVALID_LAMBDA_CONFIGURATION:
    'Check the versions and the alias of the AppSpec: the alias must point at the current version alone before it starts.',
  INVALID_LAMBDA_FUNCTION: 'Check that function, alias and both versions of the AppSpec exist and are active.',
  INVALID_REVISION: 'Check the AppSpec: its names, its versions and the events under its hooks.',
  MANUAL_STOP:
    'Somebody stopped it: StopDeployment in CloudTrail says who; start a new deployment when the reason is gone.',
  MISSING_BLUE_GREEN_DEPLOYMENT_CONFIGURATION:
    'Give the deployment group a blue/green configuration: what happens when it is ready, and to the replaced tasks.',
  MISSING_ELB_INFORMATION: 'Give the deployment group its target groups and its production listener.',
  MISSING_GITHUB_TOKEN: 'Connect the CodeDeploy application to GitHub again.',
  NO_EC2_SUBSCRIPTION: 'The account has no access to EC2: activate it.',
  NO_INSTANCES: 'No instance has the tags, or is in the Auto Scaling group, that the deployment group names.',
  OVER_MAX_INSTANCES: 'The deployment has more instances than CodeDeploy allows: split the deployment group.',
  RESOURCE_LIMIT_EXCEEDED: 'A quota is used up: end other deployments or delete what is not used, or have it raised.',
  REVISION_MISSING: 'The revision is not where the request says: check bucket, key and version, or the commit.',
  THROTTLED: 'AWS throttled the calls that CodeDeploy makes with your role: deploy fewer groups at the same time.',
  TIMEOUT: 'Something took longer than CodeDeploy waits for it: look at the event that it was in.',
}

/** Codes that say that it failed and not of what: the event it was in says more. */
export const vagueErrorCodes: ReadonlySet<string> = new Set([
  'TIMEOUT',
  'HEALTH_CONSTRAINTS',
  'ECS_UPDATE_ERROR',
  'CUSTOMER_APPLICATION_UNHEALTHY',
  'INTERNAL_ERROR',
])
