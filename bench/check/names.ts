export const region = 'eu-west-1'
export const table = 'sluice'
